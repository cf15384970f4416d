import { documentPurged } from '@alta/contracts/events/document-purged.v1'
import { documentRestored } from '@alta/contracts/events/document-restored.v1'
import { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pdf, startDocuments, type TestDocuments } from '../documents.fixture.ts'
import { kinds } from '../kinds.ts'
import { uploadedItem } from './handlers.fixture.ts'
import { purgeDeleted, sweepFiles } from './sweep.ts'

let documents: TestDocuments
let project: string
beforeAll(async () => {
  documents = await startDocuments()
  project = await documents.project(owner)
  for (const [who, role] of [[reviewer, 'reviewer'] as const, [viewer, 'viewer'] as const]) {
    await documents.call(owner, 'PUT', `/projects/${project}/members/${who.userId}`, { role })
  }
})
afterAll(() => documents.close())

const owner = person()
const reviewer = person()
const viewer = person()
const otherTenant = person({ tenantId: randomUUIDv7(), roles: ['admin'] })

const upload = (bytes = pdf(), who = owner) => documents.upload(who, `/projects/${project}/documents`, bytes)
const remove = (id: string, who = owner) => documents.call(who, 'DELETE', `/documents/${id}`)
const restore = (id: string, who = owner, headers = {}) =>
  documents.call(who, 'POST', `/documents/${id}/restore`, undefined, headers)
const purge = (id: string, who = owner) => documents.call(who, 'POST', `/documents/${id}/purge`)

describe('the trash', () => {
  test('shows what was deleted, by whom and when, and to members alone', async () => {
    const { body } = await upload()
    await remove(body.id)
    const { body: list } = await documents.get(viewer, `/documents?projectId=${project}&trashed=true`)
    const found = list.items.find(({ id }: { id: string }) => id === body.id)
    expect(found).toMatchObject({ deletedBy: owner.userId, deletedAt: expect.any(String) })
    const living = await documents.get(owner, `/documents?projectId=${project}`)
    expect(living.body.items.map(({ id }: { id: string }) => id)).not.toContain(body.id)
    expect((await documents.get(person(), '/documents?trashed=true')).body.items).toEqual([])
    expect((await documents.get(otherTenant, '/documents?trashed=true')).body.items).toEqual([])
  })

  test('is searched by titles: its texts are for those who may restore them', async () => {
    const item = await uploadedItem(documents, owner, 'document')
    await item.completed(await item.result('Dear Grace'))
    await item.approved(await item.result('Dear Grace'), null)
    await documents.call(owner, 'PUT', `/projects/${item.projectId}/members/${viewer.userId}`, {
      role: 'viewer',
    })
    const found = async (query: string): Promise<string[]> => {
      const { body } = await documents.get(viewer, `/documents?projectId=${item.projectId}&${query}`)
      return body.items.map(({ id }: { id: string }) => id)
    }
    expect(await found('q=grace')).toEqual([item.id])
    await documents.call(owner, 'DELETE', item.path)
    expect(await found('q=grace&trashed=true')).toEqual([])
    expect(await found('q=ann&trashed=true')).toEqual([item.id])
  })

  test('shows nothing of a project that was deleted itself', async () => {
    const admin = person({ roles: ['admin'] })
    const own = await documents.project(owner)
    const { body } = await documents.upload(owner, `/projects/${own}/documents`, pdf())
    await documents.call(owner, 'DELETE', `/projects/${own}`)
    const { body: list } = await documents.get(admin, '/documents?trashed=true')
    expect(list.items.map(({ id }: { id: string }) => id)).not.toContain(body.id)
    expect((await restore(body.id, admin)).body.code).toBe('document_not_found')
  })
})

describe('restoring', () => {
  test('brings an item back as it was and tells everybody', async () => {
    const { body } = await upload()
    await remove(body.id)
    const restored = await restore(body.id)
    expect([restored.status, restored.body.deletedAt, restored.body.title]).toEqual([200, null, body.title])
    const detail = await documents.get(viewer, `/documents/${body.id}`)
    expect(detail.body.history.map(({ action }: { action: string }) => action)).toEqual([
      'uploaded',
      'deleted',
      'restored',
    ])
    const told = (await documents.emitted(documentRestored)).filter(
      ({ documentId }) => documentId === body.id,
    )
    expect(told).toMatchObject([{ status: 'uploaded', version: 1, by: owner.userId }])
    const again = await restore(body.id)
    expect([again.status, again.body.code]).toEqual([409, 'not_in_trash'])
  })

  test('knows what was read and decided in the meantime, of which nobody was told', async () => {
    const item = await uploadedItem(documents, owner, 'document')
    await documents.call(owner, 'DELETE', item.path)
    await item.completed(await item.result('Dear Ann'))
    await item.approved(await item.result('Dear Ann!'), null)
    const mails = (await documents.emitted(emailSendRequested)).filter(
      ({ parameters }) => parameters.itemId === item.id,
    )
    expect(mails).toEqual([])
    const restored = await documents.call(owner, 'POST', `${item.path}/restore`)
    expect(restored.body.status).toBe('approved')
    expect((await item.get()).body.text).toBe('Dear Ann!')
  })

  test('is for its uploader and for owners, on top of what they have seen', async () => {
    const { body } = await upload()
    await remove(body.id)
    expect((await restore(body.id, reviewer)).status).toBe(403)
    expect((await restore(body.id, viewer)).status).toBe(403)
    for (const who of [person(), otherTenant])
      expect((await restore(body.id, who)).body.code).toBe('document_not_found')
    expect((await restore(body.id, owner, { 'if-match': body.etag })).status).toBe(412)
    const own = await upload(pdf(), reviewer)
    await remove(own.body.id, reviewer)
    expect((await restore(own.body.id, reviewer)).status).toBe(200)
  })

  test('is refused when the same bytes came again, and says where they are', async () => {
    const bytes = pdf()
    const first = await upload(bytes)
    await remove(first.body.id)
    const second = await upload(bytes)
    expect(second.body.sameBytesInTrash).toBe(first.body.id)
    const refused = await restore(first.body.id)
    expect(refused.body).toMatchObject({
      status: 409,
      code: 'duplicate_document',
      documentId: second.body.id,
      trashed: false,
    })
    await remove(second.body.id)
    expect((await restore(first.body.id)).status).toBe(200)
    expect((await upload(bytes)).body).toMatchObject({ documentId: first.body.id, trashed: false })
  })

  test('of one of two with the same bytes succeeds when both are asked for at once', async () => {
    const bytes = pdf()
    const ids = []
    for (let number = 0; number < 2; number += 1) {
      const { body } = await upload(bytes)
      ids.push(body.id)
      await remove(body.id)
    }
    const answers = await Promise.all(ids.map((id) => restore(id)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
  })
})

type Item = Awaited<ReturnType<typeof uploadedItem>>

async function itemRead(text: string) {
  const item = await uploadedItem(documents, owner, 'document')
  const read = await item.result(text)
  await item.completed(read)
  return { ...item, read }
}

async function swept(): Promise<void> {
  await documents.age(25)
  await sweepFiles(documents.database, documents.files, 24)
}

/** Whether this file is gone a day after the item was purged. */
async function gone(item: Item, { sha256 }: { sha256: string }): Promise<boolean> {
  await documents.call(owner, 'DELETE', item.path)
  expect((await documents.call(owner, 'POST', `${item.path}/purge`)).status).toBe(204)
  await swept()
  return (await documents.files.stat(sha256)) === undefined
}

describe('purging', () => {
  test('removes an item for good, by owners and from the trash alone', async () => {
    const { body } = await upload(pdf(), reviewer)
    expect((await purge(body.id)).body.code).toBe('not_in_trash')
    await remove(body.id, reviewer)
    expect((await purge(body.id, reviewer)).status).toBe(403)
    expect((await purge(body.id, person())).status).toBe(404)
    expect((await purge(body.id)).status).toBe(204)
    expect((await purge(body.id)).status).toBe(404)
    expect((await restore(body.id)).status).toBe(404)
    const told = (await documents.emitted(documentPurged)).filter(({ documentId }) => documentId === body.id)
    expect(told).toMatchObject([{ projectId: project, by: owner.userId }])
    await documents.age(25)
    await sweepFiles(documents.database, documents.files, 24)
    expect(await documents.files.stat(body.sha256)).toBeUndefined()
  })

  test('takes the machine’s readings with it, and leaves what another item was read to and what is others’', async () => {
    const [one, other] = [await itemRead('Dear Ben'), await itemRead('Dear Ben')]
    expect(one.read.sha256).toBe(other.read.sha256)
    const corrected = await one.result('Dear Ben!')
    await one.approved(corrected, owner.userId)
    expect(await gone(one, one.read)).toBe(false)
    expect(await gone(other, other.read)).toBe(true)
    // `reviews` hears of the purge and removes it.
    expect(await documents.files.stat(corrected.sha256)).toBeDefined()
  })

  test('takes a reading that was settled without a person and before the machine’s was heard of', async () => {
    const item = await uploadedItem(documents, owner, 'voice')
    const read = await item.result('Good morning')
    await item.approved(read, null)
    expect(await gone(item, read)).toBe(true)
  })

  test('takes a reading that did not count any more, and until then nobody does', async () => {
    const [item, other] = [await itemRead('Dear Cleo'), await uploadedItem(documents, owner, 'document')]
    await documents.call(owner, 'POST', `${other.path}/reprocess`)
    await other.completed(item.read)
    expect((await other.get()).body.text).toBeNull()
    expect(await gone(item, item.read)).toBe(false)
    expect(await gone(other, item.read)).toBe(true)
  })

  test('takes a reading that comes after it, and news that is told once more harms nobody', async () => {
    const item = await uploadedItem(documents, owner, 'document')
    const late = await item.result('Dear Late')
    await documents.call(owner, 'DELETE', item.path)
    await documents.call(owner, 'POST', `${item.path}/purge`)
    await item.completed(late)
    await swept()
    expect(await documents.files.stat(late.sha256)).toBeUndefined()
    await item.completed(late)
    await item.approved(late, null)
    const { rows } = await documents.admin.query(`select from inbox_messages where status <> 'COMPLETED'`)
    expect(rows).toEqual([])
  })

  test('happens by itself after the time that deleted things are kept', async () => {
    const { body } = await upload()
    await remove(body.id)
    await documents.admin.query(
      `update documents set deleted_at = deleted_at - interval '31 days' where id = $1`,
      [body.id],
    )
    await purgeDeleted(documents.database, kinds, 30)
    const told = (await documents.emitted(documentPurged)).filter(({ documentId }) => documentId === body.id)
    expect(told).toMatchObject([{ by: null }])
  })
})
