import { documentDeleted } from '@alta/contracts/events/document-deleted.v1'
import { documentOcrRequested } from '@alta/contracts/events/document-ocr-requested.v1'
import { documentUploaded } from '@alta/contracts/events/document-uploaded.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pdf, startDocuments, type TestDocuments, wav } from '../documents.fixture.ts'

let documents: TestDocuments
let project: string
beforeAll(async () => {
  documents = await startDocuments()
  project = await documents.project(owner, { language: 'fr' })
  for (const [who, role] of [[reviewer, 'reviewer'] as const, [viewer, 'viewer'] as const]) {
    await documents.call(owner, 'PUT', `/projects/${project}/members/${who.userId}`, { role })
  }
})
afterAll(() => documents.close())

const owner = person()
const reviewer = person()
const viewer = person()
const stranger = person()
const otherTenant = person({ tenantId: randomUUIDv7(), roles: ['admin'] })

const upload = (bytes = pdf(), fields = {}, headers = {}) =>
  documents.upload(owner, `/projects/${project}/documents`, bytes, { fields, headers, name: 'A letter.pdf' })

describe('POST /api/v1/projects/:id/documents', () => {
  test('stores the file and asks for it to be read', async () => {
    const bytes = pdf()
    const { status, body, headers } = await upload(bytes, { tags: 'war, family ,,war' })
    expect(status).toBe(201)
    expect(headers.get('location')).toBe(`/api/v1/documents/${body.id}`)
    expect(headers.get('etag')).toBe(body.etag)
    expect(body).toMatchObject({
      projectId: project,
      title: 'A letter',
      language: 'fr',
      tags: ['war', 'family'],
      status: 'uploaded',
      version: 1,
      fileName: 'A letter.pdf',
      mediaType: 'application/pdf',
      size: bytes.length,
      confidence: null,
      failure: null,
      uploadedBy: owner.userId,
    })
    const isThis = (data: { documentId: string }) => data.documentId === body.id
    const file = { sha256: body.sha256, size: bytes.length, mediaType: 'application/pdf' }
    expect((await documents.emitted(documentUploaded)).filter(isThis)).toMatchObject([{ version: 1, file }])
    expect((await documents.emitted(documentOcrRequested)).filter(isThis)).toMatchObject([
      { version: 1, file, languages: ['fr'] },
    ])
  })

  test('takes title, language and tags', async () => {
    const { body } = await upload(pdf(), { title: 'To Ann', language: 'en' })
    expect(body).toMatchObject({ title: 'To Ann', language: 'en', tags: [] })
  })

  test('refuses the same bytes in the same project and says where they are', async () => {
    const bytes = pdf()
    const first = await upload(bytes)
    const second = await upload(bytes)
    expect([second.status, second.body.code]).toEqual([409, 'duplicate_document'])
    expect(second.body.documentId).toBe(first.body.id)
    const elsewhere = await documents.upload(
      owner,
      `/projects/${await documents.project(owner)}/documents`,
      bytes,
    )
    expect(elsewhere.status).toBe(201)
  })

  test('takes the same bytes again when the document was deleted', async () => {
    const bytes = pdf()
    const first = await upload(bytes)
    await documents.call(owner, 'DELETE', `/documents/${first.body.id}`)
    expect((await upload(bytes)).status).toBe(201)
  })

  test('keeps one of fifty uploads of the same bytes at the same moment', async () => {
    const bytes = pdf()
    const answers = await Promise.all(Array.from({ length: 50 }, () => upload(bytes)))
    const stored = answers.filter(({ status }) => status === 201)
    const refused = answers.filter(({ status }) => status === 409)
    expect([stored.length, refused.length]).toEqual([1, 49])
    expect(new Set(refused.map(({ body }) => body.documentId))).toEqual(new Set([stored[0]?.body.id]))
    const requested = await documents.emitted(documentOcrRequested)
    expect(requested.filter(({ documentId }) => documentId === stored[0]?.body.id)).toHaveLength(1)
  })

  test('does not choke on fifty uploads at once that each bring an Idempotency-Key', async () => {
    const each = Array.from({ length: 50 }, (_, index) =>
      upload(pdf(), {}, { 'idempotency-key': `many-${index}` }),
    )
    expect(new Set((await Promise.all(each)).map(({ status }) => status))).toEqual(new Set([201]))
  })

  test('answers a repeated request with the first answer', async () => {
    const bytes = pdf()
    const first = await upload(bytes, {}, { 'idempotency-key': 'one' })
    const again = await upload(bytes, {}, { 'idempotency-key': 'one' })
    expect([again.status, again.body.id]).toEqual([201, first.body.id])
  })

  test.each([
    ['a recording', wav(), 415, 'unsupported_media_type'],
    ['text under the name of a PDF', Buffer.from('Dear Ann'), 415, 'unsupported_media_type'],
    ['zero bytes', Buffer.alloc(0), 400, 'empty_file'],
    ['more bytes than the limit', Buffer.concat([pdf(), Buffer.alloc(1_100_000)]), 413, 'payload_too_large'],
  ])('refuses %s', async (_what, bytes, status, code) => {
    const answer = await upload(bytes)
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  test.each([
    ['a language that is no code', { language: 'English' }, 'body.language'],
    ['a tag of 51 letters', { tags: 'x'.repeat(51) }, 'body.tags.0'],
    ['an empty title', { title: ' ' }, 'body.title'],
  ])('refuses %s', async (_what, fields, path) => {
    const { status, body } = await upload(pdf(), fields)
    expect([status, body.code, body.errors[0].path]).toEqual([400, 'validation_failed', path])
  })

  test('is for owners and reviewers of the project', async () => {
    const path = `/projects/${project}/documents`
    expect((await documents.upload(reviewer, path, pdf())).status).toBe(201)
    const kept = (await Array.fromAsync(documents.files.list())).length
    const refused = await documents.upload(viewer, path, pdf())
    expect([refused.status, refused.body.code]).toEqual([403, 'project_role_required'])
    for (const who of [stranger, otherTenant]) {
      const hidden = await documents.upload(who, path, pdf())
      expect([hidden.status, hidden.body.code]).toEqual([404, 'project_not_found'])
    }
    // Refused before a byte was taken: nobody fills the disk of others.
    expect((await Array.fromAsync(documents.files.list())).length).toBe(kept)
  })
})

describe('GET /api/v1/documents', () => {
  test('finds by project, status, tag and words of the title, page by page', async () => {
    const lister = person()
    const own = await documents.project(lister)
    const ids = []
    for (const title of ['Invoice of Müller, May', 'Letter to Ann', 'Letter to Bert 12.50']) {
      const fields = { title, tags: title.startsWith('Letter') ? 'letters' : 'invoices' }
      ids.unshift((await documents.upload(lister, `/projects/${own}/documents`, pdf(), { fields })).body.id)
    }
    const [bert, ann, mueller] = ids
    const find = async (query: string) => {
      const { body } = await documents.get(lister, `/documents?${query}`)
      return body.items.map(({ id }: { id: string }) => id)
    }
    expect(await find('')).toEqual(ids)
    expect(await find(`projectId=${own}&status=uploaded`)).toEqual(ids)
    expect(await find('status=approved')).toEqual([])
    expect(await find('tag=invoices')).toEqual([mueller])
    expect(await find('q=letter')).toEqual([bert, ann])
    expect(await find('q=to+lett')).toEqual([bert, ann])
    expect(await find('q=12.50')).toEqual([bert])
    expect(await find('q=M%C3%9CLLER')).toEqual([mueller])
    for (const odd of [`'`, `a' | 'b`, ':*', '!', '&', '(((', '\\', `"`]) {
      expect(await find(`q=${encodeURIComponent(odd)}`)).toEqual([])
    }
    const first = await documents.get(lister, '/documents?limit=2')
    expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual([bert, ann])
    expect(await find(`limit=2&cursor=${first.body.nextCursor}`)).toEqual([mueller])
  })

  test('shows nothing of projects that the caller does not belong to', async () => {
    await upload()
    expect((await documents.get(stranger, '/documents')).body.items).toEqual([])
    expect((await documents.get(otherTenant, '/documents')).body.items).toEqual([])
    const hidden = await documents.get(stranger, `/documents?projectId=${project}`)
    expect([hidden.status, hidden.body.code]).toEqual([404, 'project_not_found'])
    expect((await documents.get(person({ roles: ['admin'] }), '/documents')).body.items).not.toEqual([])
  })

  test.each(['status=gone', 'limit=0', 'projectId=1', 'q=', 'q=%00'])('refuses ?%s', async (query) => {
    const { status, body } = await documents.get(owner, `/documents?${query}`)
    expect([status, body.code]).toEqual([400, 'validation_failed'])
  })
})

describe('a document', () => {
  test('looks the same to strangers as one that does not exist', async () => {
    const { body } = await upload()
    const unknown = await documents.get(owner, `/documents/${randomUUIDv7()}`)
    expect([unknown.status, unknown.body.code]).toEqual([404, 'document_not_found'])
    for (const rest of ['', '/file', '/versions', '/versions/1', '/pages/1']) {
      for (const who of [stranger, otherTenant]) {
        const hidden = await documents.get(who, `/documents/${body.id}${rest}`)
        expect([hidden.status, hidden.body.code]).toEqual([404, 'document_not_found'])
        expect(hidden.body.detail).toBe(unknown.body.detail)
      }
    }
    expect((await documents.call(stranger, 'PATCH', `/documents/${body.id}`, { title: 'x' })).status).toBe(
      404,
    )
    expect((await documents.call(stranger, 'DELETE', `/documents/${body.id}`)).status).toBe(404)
    expect((await documents.call(stranger, 'POST', `/documents/${body.id}/reprocess`)).status).toBe(404)
    expect((await documents.get(owner, `/voice-samples/${body.id}`)).status).toBe(404)
    expect((await documents.get(owner, '/documents/7')).body.code).toBe('validation_failed')
  })

  test('is changed on top of what the caller has seen', async () => {
    const { body } = await upload()
    const change = { title: 'Better', tags: ['a', 'b', 'a'] }
    const headers = { 'if-match': body.etag }
    const changed = await documents.call(reviewer, 'PATCH', `/documents/${body.id}`, change, headers)
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({ title: 'Better', tags: ['a', 'b'], language: 'fr' })
    const stale = await documents.call(owner, 'PATCH', `/documents/${body.id}`, change, headers)
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    expect((await documents.call(owner, 'DELETE', `/documents/${body.id}`, undefined, headers)).status).toBe(
      412,
    )
    expect((await documents.call(viewer, 'PATCH', `/documents/${body.id}`, change)).status).toBe(403)

    const detail = await documents.get(viewer, `/documents/${body.id}`)
    expect(detail.headers.get('etag')).toBe(changed.headers.get('etag'))
    expect(detail.body).toMatchObject({ text: null, pageCount: 0, pages: [] })
    expect(detail.body.history).toMatchObject([
      { action: 'uploaded', by: owner.userId, details: { fileName: 'A letter.pdf' } },
      { action: 'changed', by: reviewer.userId, details: { title: 'Better' } },
    ])
  })

  test('shows the latest of its history, however long somebody has made that', async () => {
    const { body } = await upload()
    await documents.admin.query(
      `insert into history (id, tenant_id, item_id, at, by_user, action, details)
       select gen_random_uuid(), tenant_id, item_id, at + make_interval(secs => i), by_user, 'changed',
         jsonb_build_object('title', i::text)
       from history, generate_series(1, 600) i where item_id = $1`,
      [body.id],
    )
    const { history } = (await documents.get(viewer, `/documents/${body.id}`)).body
    expect(history).toHaveLength(500)
    expect([history[0].details.title, history.at(-1).details.title]).toEqual(['101', '600'])
  })

  test('is deleted by its uploader and by owners', async () => {
    const { body } = await upload()
    expect((await documents.call(reviewer, 'DELETE', `/documents/${body.id}`)).status).toBe(403)
    expect((await documents.call(owner, 'DELETE', `/documents/${body.id}`)).status).toBe(204)
    expect((await documents.get(owner, `/documents/${body.id}`)).status).toBe(404)
    const told = (await documents.emitted(documentDeleted)).filter(({ documentId }) => documentId === body.id)
    expect(told).toHaveLength(1)

    const own = await documents.upload(reviewer, `/projects/${project}/documents`, pdf())
    expect((await documents.call(reviewer, 'DELETE', `/documents/${own.body.id}`)).status).toBe(204)
  })
})

describe('GET /api/v1/documents/:id/file', () => {
  test('gives the bytes as an attachment under a safe name', async () => {
    const bytes = pdf()
    const name = 'Rechnung "Müller"\r\n.pdf'
    const { body } = await documents.upload(owner, `/projects/${project}/documents`, bytes, { name })
    const answer = await documents.send(viewer, 'GET', `/documents/${body.id}/file`)
    expect(answer.status).toBe(200)
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes)
    expect(answer.headers.get('content-type')).toBe('application/pdf')
    expect(answer.headers.get('content-length')).toBe(String(bytes.length))
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="Rechnung .*; filename\*=UTF-8''/,
    )
  })

  test('gives a name that ends as its type does, whatever the sender called it', async () => {
    const named = async (name: string) => {
      const { body } = await documents.upload(owner, `/projects/${project}/documents`, pdf(), { name })
      const answer = await documents.send(owner, 'GET', `/documents/${body.id}/file`)
      await answer.arrayBuffer()
      return /filename="([^"]*)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1]
    }
    expect(await named('page.html')).toBe('page.html.pdf')
    expect(await named('LETTER.PDF')).toBe('LETTER.PDF')
    expect(await named('letter')).toBe('letter.pdf')
  })

  test('gives one range', async () => {
    const { body } = await upload()
    const path = `/documents/${body.id}/file`
    const part = async (range: string, more = {}) => {
      const answer = await documents.send(owner, 'GET', path, { range, ...more })
      return [answer.status, answer.headers.get('content-range'), await answer.text()]
    }
    expect(await part('bytes=0-4')).toEqual([206, `bytes 0-4/${body.size}`, '%PDF-'])
    expect(await part('bytes=-1')).toEqual([
      206,
      `bytes ${body.size - 1}-${body.size - 1}/${body.size}`,
      '\n',
    ])
    expect((await part(`bytes=5-999999`))[1]).toBe(`bytes 5-${body.size - 1}/${body.size}`)
    expect((await part('bytes=0-1,3-4'))[0]).toBe(200)
    expect((await part('bytes=4-1'))[0]).toBe(200)
    expect((await part('bytes=0-4', { 'if-range': '"another"' }))[0]).toBe(200)
    expect((await part('bytes=0-4', { 'if-range': `"${body.sha256}"` }))[0]).toBe(206)
    expect((await part(`bytes=${body.size}-`)).slice(0, 2)).toEqual([416, `bytes */${body.size}`])
    expect(await part('bytes=0-4', { 'if-none-match': `"${body.sha256}"` })).toEqual([304, null, ''])
  })
})

describe('versions of a document', () => {
  test('are added, listed and read; the newest counts', async () => {
    const first = await upload()
    const path = `/documents/${first.body.id}/versions`
    const bytes = pdf()
    const second = await documents.upload(reviewer, path, bytes, { name: 'better.pdf' })
    expect(second.status).toBe(201)
    expect(second.body).toMatchObject({
      id: first.body.id,
      version: 2,
      fileName: 'better.pdf',
      status: 'uploaded',
    })

    const { body } = await documents.get(viewer, path)
    expect(body.items).toMatchObject([
      { number: 2, fileName: 'better.pdf', uploadedBy: reviewer.userId },
      { number: 1, fileName: 'A letter.pdf', sha256: first.body.sha256 },
    ])
    const old = await documents.get(viewer, `${path}/1`)
    expect(old.body).toMatchObject({ number: 1, status: 'uploaded', text: null, machineText: null })
    const missing = await documents.get(viewer, `${path}/3`)
    expect([missing.status, missing.body.code]).toEqual([404, 'version_not_found'])

    const file = await documents.send(viewer, 'GET', `/documents/${first.body.id}/file`)
    expect(Buffer.from(await file.arrayBuffer())).toEqual(bytes)
    const before = await documents.send(viewer, 'GET', `/documents/${first.body.id}/file?version=1`)
    expect(Buffer.from(await before.arrayBuffer())).not.toEqual(bytes)

    const requested = (await documents.emitted(documentOcrRequested)).filter(
      ({ documentId }) => documentId === first.body.id,
    )
    expect(requested.map(({ version }) => version)).toEqual([1, 2])
    expect(new Set(requested.map(({ recognitionId }) => recognitionId)).size).toBe(2)
  })

  test('may go back to earlier bytes, but not repeat the current ones or those of another document', async () => {
    const [bytes, better, other] = [pdf(), pdf(), pdf()]
    const { body } = await upload(bytes)
    const { body: another } = await upload(other)
    const path = `/documents/${body.id}/versions`
    expect((await documents.upload(owner, path, bytes)).body).toMatchObject({
      status: 409,
      documentId: body.id,
    })
    expect((await documents.upload(owner, path, better)).status).toBe(201)
    expect((await documents.upload(owner, path, other)).body).toMatchObject({
      status: 409,
      documentId: another.id,
    })
    expect((await documents.upload(owner, path, bytes)).body).toMatchObject({ version: 3 })
    expect((await upload(better)).body).toMatchObject({ code: 'duplicate_document', documentId: body.id })
    expect((await documents.upload(viewer, path, pdf())).status).toBe(403)
    const stale = { headers: { 'if-match': body.etag } }
    expect((await documents.upload(owner, path, pdf(), stale)).status).toBe(412)
  })
})

describe('POST /api/v1/documents/:id/reprocess', () => {
  test('is refused while it waits to be read three times already', async () => {
    const { body } = await upload()
    const again = () => documents.call(reviewer, 'POST', `/documents/${body.id}/reprocess`)
    expect([(await again()).status, (await again()).status]).toEqual([202, 202])
    const refused = await again()
    expect([refused.status, refused.body.code]).toEqual([409, 'being_read'])
    await documents.admin.query(
      `update recognitions set unused_result = 'read' where item_id = $1 and id <> (
         select recognition_id from documents where id = $1)`,
      [body.id],
    )
    expect((await again()).status).toBe(202)
  })

  test('asks for the same file again under a new run', async () => {
    const { body } = await upload()
    const again = await documents.call(reviewer, 'POST', `/documents/${body.id}/reprocess`)
    expect([again.status, again.body.version]).toEqual([202, 1])
    const requested = (await documents.emitted(documentOcrRequested)).filter(
      ({ documentId }) => documentId === body.id,
    )
    expect(requested.map(({ file }) => file.sha256)).toEqual([body.sha256, body.sha256])
    expect(new Set(requested.map(({ recognitionId }) => recognitionId)).size).toBe(2)
    expect((await documents.call(viewer, 'POST', `/documents/${body.id}/reprocess`)).status).toBe(403)
  })
})
