import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { documentOcrCompleted } from '@alta/contracts/events/document-ocr-completed.v1'
import type { RecognisedDocument } from '@alta/contracts/resources/recognition'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { localDisk } from '@alta/kit/storage/local-disk'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pdf, reading, startDocuments, type TestDocuments } from '../documents.fixture.ts'
import { uploadedItem } from '../intake/handlers.fixture.ts'
import { purgeDeleted, sweepFiles } from '../intake/sweep.ts'
import { documentKind } from './document.kind.ts'

let documents: TestDocuments
beforeAll(async () => {
  documents = await startDocuments()
})
afterAll(() => documents.close())

const owner = person()
const viewer = person()
/** Reviews in every project of the tenant, without being a member. */
const tenantReviewer = person({ roles: ['reviewer'] })
const stranger = person()
const otherTenant = person({ tenantId: randomUUIDv7(), roles: ['admin'] })

/** Puts a picture in storage as ocr does: not through this service. */
async function drawn(of: string, width: number) {
  const bytes = Buffer.from(`the look of ${of}`)
  const stored = await localDisk(documents.directory).put(Readable.from([bytes]))
  return { ...stored, mediaType: 'image/webp', width, height: Math.round(width * 1.4) }
}

/** A reading of which every page has its pictures. */
async function drawnReading(text: string, look = text): Promise<RecognisedDocument> {
  const read = reading(text)
  const pages = read.pages.map(async (page) => ({
    ...page,
    image: await drawn(`${look}, page ${page.number}`, 800),
    thumbnail: await drawn(`${look}, page ${page.number}, small`, 200),
  }))
  return { ...read, pages: await Promise.all(pages) }
}

async function readItem(read: RecognisedDocument) {
  const item = await uploadedItem(documents, owner, 'document')
  const result = await documents.leave(read)
  await item.completed(result)
  return { item, result }
}

const see = async (who: typeof owner | undefined, path: string, headers = {}) => {
  const response = await documents.send(who, 'GET', path, headers)
  const bytes = await response.text()
  const code = response.status >= 400 ? JSON.parse(bytes).code : undefined
  return { status: response.status, headers: response.headers, bytes, code }
}

describe('a picture of a page', () => {
  test('is what was drawn, safe to show, and may be kept for a day where the version is named', async () => {
    const read = await drawnReading('one\ftwo')
    const { item } = await readItem(read)
    const { status, headers, bytes } = await see(owner, `${item.path}/pages/2/image?version=1`)
    expect([status, bytes]).toEqual([200, 'the look of one\ftwo, page 2'])
    expect(headers.get('content-type')).toBe('image/webp')
    expect(headers.get('content-length')).toBe(String(bytes.length))
    expect(headers.get('etag')).toBe(`"${read.pages[1]?.image?.sha256}"`)
    expect(headers.get('cache-control')).toBe('private, max-age=86400, immutable')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain('sandbox')
  })

  test('is asked for anew where no version is named, and sent only to who has it not', async () => {
    const { item } = await readItem(await drawnReading('Dear Ann'))
    const first = await see(owner, `${item.path}/pages/1/image`)
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    const etag = first.headers.get('etag') ?? ''
    const again = await see(owner, `${item.path}/pages/1/image`, { 'if-none-match': `"x", ${etag}` })
    expect([again.status, again.bytes, again.headers.get('etag')]).toEqual([304, '', etag])
    const other = await see(owner, `${item.path}/pages/1/thumbnail`, { 'if-none-match': etag })
    expect([other.status, other.bytes]).toEqual([200, 'the look of Dear Ann, page 1, small'])
  })

  test('is small for lists, of the first page for the document', async () => {
    const { item } = await readItem(await drawnReading('first\fsecond'))
    expect((await see(owner, `${item.path}/thumbnail`)).bytes).toBe(
      'the look of first\fsecond, page 1, small',
    )
  })

  test('is told of with the document and with the page', async () => {
    const read = await drawnReading('told\fof')
    const { item } = await readItem(read)
    const { image, thumbnail } = read.pages[1] ?? {}
    expect((await item.get()).body.pages[1]).toMatchObject({ image, thumbnail })
    expect((await documents.get(owner, `${item.path}/pages/2`)).body).toMatchObject({ image, thumbnail })
  })

  test('is for members and for those who review, and for nobody else', async () => {
    const { item } = await readItem(await drawnReading('secret'))
    await documents.call(owner, 'PUT', `/projects/${item.projectId}/members/${viewer.userId}`, {
      role: 'viewer',
    })
    for (const path of ['/pages/1/image', '/pages/1/thumbnail', '/thumbnail']) {
      for (const who of [viewer, tenantReviewer]) expect((await see(who, item.path + path)).status).toBe(200)
      expect((await see(undefined, item.path + path)).status).toBe(401)
      for (const who of [stranger, otherTenant]) {
        const hidden = await see(who, item.path + path)
        expect([hidden.status, hidden.code]).toEqual([404, 'document_not_found'])
      }
    }
  })

  test('says why there is none', async () => {
    const item = await uploadedItem(documents, owner, 'document')
    expect((await see(owner, `${item.path}/thumbnail`)).code).toBe('document_not_read')
    expect((await see(owner, `${item.path}/thumbnail?version=2`)).code).toBe('version_not_found')
    await item.completed(await documents.leave(reading('read before there were pictures')))
    const missing = await documents.get(owner, `${item.path}/pages/1/image`)
    expect([missing.status, missing.body.code]).toEqual([404, 'page_picture_missing'])
    expect(missing.body.detail).toContain(`${item.path}/reprocess`)
    expect((await see(owner, `${item.path}/pages/2/image`)).code).toBe('page_not_found')
    expect((await see(owner, `${item.path}/pages/0/image`)).status).toBe(400)
  })

  test('stays while the document is read again, and with its version when there is a newer one', async () => {
    const { item } = await readItem(await drawnReading('old'))
    expect((await documents.call(owner, 'POST', `${item.path}/reprocess`)).status).toBe(202)
    expect((await see(owner, `${item.path}/pages/1/image`)).bytes).toBe('the look of old, page 1')
    expect((await documents.upload(owner, `${item.path}/versions`, pdf())).status).toBe(201)
    expect((await see(owner, `${item.path}/pages/1/image`)).code).toBe('document_not_read')
    expect((await see(owner, `${item.path}/pages/1/image?version=1`)).bytes).toBe('the look of old, page 1')
  })

  test('is the same whichever comes first, what the machine read or what a person made of it', async () => {
    const item = await uploadedItem(documents, owner, 'document')
    const read = await drawnReading('Dear Anm')
    const { image, thumbnail } = read.pages[0] ?? {}
    const corrected = reading('Dear Ann')
    const pages = corrected.pages.map((page) => ({ ...page, image, thumbnail }))
    await item.approved(await documents.leave({ ...corrected, pages }), owner.userId)
    await item.completed(await documents.leave(read))
    const { body } = await documents.get(owner, `${item.path}/pages/1`)
    expect(body).toMatchObject({ text: 'Dear Ann', image })
    expect((await see(owner, `${item.path}/pages/1/image`)).bytes).toBe('the look of Dear Anm, page 1')
  })
})

describe('the sweep', () => {
  const sweep = () => sweepFiles(documents.database, documents.files, 24)
  const isThere = async (of: string) => {
    const sha256 = createHash('sha256').update(`the look of ${of}`).digest('hex')
    return (await documents.files.stat(sha256)) !== undefined
  }
  async function purge(item: { path: string; id: string }): Promise<void> {
    await documents.call(owner, 'DELETE', item.path)
    const old = `update documents set deleted_at = now() - interval '31 days' where id = $1`
    await documents.admin.query(old, [item.id])
    await purgeDeleted(documents.database, [documentKind], 30)
  }

  test('takes the pictures of a document that is gone for good, and leaves those that another one shows', async () => {
    const { item } = await readItem(await drawnReading('gone', 'two letters'))
    const { item: other } = await readItem(await drawnReading('here', 'two letters'))
    await purge(item)
    await documents.age(25)
    await sweep()
    expect(await isThere('two letters, page 1')).toBe(true)
    await purge(other)
    await documents.age(25)
    await sweep()
    expect(await isThere('two letters, page 1')).toBe(false)
    expect(await isThere('two letters, page 1, small')).toBe(false)
  })

  test('takes the pictures of a document that somebody has purged', async () => {
    const { item } = await readItem(await drawnReading('by hand', 'a postcard'))
    await documents.call(owner, 'DELETE', item.path)
    expect((await documents.call(owner, 'POST', `${item.path}/purge`)).status).toBe(204)
    await documents.age(25)
    await sweep()
    expect(await isThere('a postcard, page 1')).toBe(false)
  })

  test('takes the pictures of a document that was purged while it was read', async () => {
    const item = await uploadedItem(documents, owner, 'document')
    await purge(item)
    await item.completed(await documents.leave(await drawnReading('too late')))
    await documents.age(25)
    await sweep()
    expect(await isThere('too late, page 1')).toBe(false)
  })

  test('takes what a second drawing of the same page has left, and the page keeps its picture', async () => {
    const { item } = await readItem(await drawnReading('twice', 'first drawing'))
    const redrawn = await documents.leave(await drawnReading('twice!', 'second drawing'))
    const facts = {
      projectId: item.projectId,
      recognitionId: item.recognitionId,
      version: 1,
      confidence: 0.8,
    }
    const again = { documentId: item.id, ...facts, engine: 'tesseract', pages: 1, result: redrawn }
    await documents.hear(documentOcrCompleted, again)
    await documents.age(25)
    await sweep()
    expect(await isThere('second drawing, page 1')).toBe(false)
    expect((await see(owner, `${item.path}/pages/1/image`)).bytes).toBe('the look of first drawing, page 1')
  })

  test('leaves a picture that was let go and has been drawn again for a document of which nobody has heard yet', async () => {
    const { item } = await readItem(await drawnReading('again', 'a page'))
    await purge(item)
    await documents.age(25)
    await drawn('a page, page 1', 800)
    await sweep()
    expect(await isThere('a page, page 1')).toBe(true)
    expect(await isThere('a page, page 1, small')).toBe(false)
    await documents.age(25)
    await sweep()
    expect(await isThere('a page, page 1')).toBe(false)
  })
})
