import { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDocuments, type TestDocuments } from '../documents.fixture.ts'
import { uploadedItem } from './handlers.fixture.ts'

let documents: TestDocuments
beforeAll(async () => {
  documents = await startDocuments()
})
afterAll(() => documents.close())

const owner = person()
const mailsAbout = async (id: string) =>
  (await documents.emitted(emailSendRequested)).filter(({ parameters }) => parameters.itemId === id)

describe.each(['document', 'voice'] as const)('what an engine says about a %s', (kind) => {
  const textOf = (body: { text?: string; transcript?: string }) =>
    kind === 'document' ? body.text : body.transcript

  test('shows on it: begun, then read', async () => {
    const item = await uploadedItem(documents, owner, kind)
    expect((await item.get()).body.status).toBe('uploaded')
    await item.started()
    expect((await item.get()).body.status).toBe('processing')
    await item.completed(await item.result('Dear Ann', 0.8))
    const { body } = await item.get()
    expect(body).toMatchObject({ status: 'processing', confidence: 0.8, failure: null })
    expect(textOf(body)).toBe('Dear Ann')
    expect(body.history.map(({ action }: { action: string }) => action)).toEqual(['uploaded', 'read'])
    expect(body.history[1]).toMatchObject({ by: null, details: { confidence: 0.8 } })
  })

  test('counts once, however often it is delivered', async () => {
    const item = await uploadedItem(documents, owner, kind)
    const result = await item.result('Dear Ann')
    const event = await item.completed(result)
    const { body: once } = await item.get()
    expect(await documents.deliver(event)).toBe('SUCCESS')
    expect((await item.get()).body).toEqual(once)
    // The same news under another id, as when it was published again by hand.
    await item.completed(result)
    expect(textOf((await item.get()).body)).toBe('Dear Ann')
  })

  test('begins late without doing harm', async () => {
    const item = await uploadedItem(documents, owner, kind)
    await item.completed(await item.result('Dear Ann'))
    await item.started()
    const { body } = await item.get()
    expect([body.status, textOf(body)]).toEqual(['processing', 'Dear Ann'])
  })

  test('makes it fail, with the reason, and mails the uploader', async () => {
    const item = await uploadedItem(documents, owner, kind)
    await item.failed('unreadable_file')
    const { body } = await item.get()
    expect(body).toMatchObject({
      status: 'failed',
      failure: { code: 'unreadable_file', detail: 'Why it failed.' },
    })
    expect(await mailsAbout(item.id)).toMatchObject([
      {
        template: 'item-failed',
        recipient: { userId: owner.userId },
        parameters: { code: 'unreadable_file' },
      },
    ])
    await item.completed(await item.result('Dear Ann'))
    expect((await item.get()).body).toMatchObject({ status: 'processing', failure: null })
  })

  test('is ignored when it is about an earlier run', async () => {
    const item = await uploadedItem(documents, owner, kind)
    await documents.call(owner, 'POST', `${item.path}/reprocess`)
    await item.completed(await item.result('Old news'))
    await item.failed('engine_failed')
    await item.approved(await item.result('Old news'), null)
    const { body } = await item.get()
    expect([body.status, textOf(body), body.failure]).toEqual(['uploaded', null, null])
    expect(await mailsAbout(item.id)).toEqual([])
  })

  test('is ignored when it was deleted meanwhile', async () => {
    const item = await uploadedItem(documents, owner, kind)
    await documents.call(owner, 'DELETE', item.path)
    await item.completed(await item.result('Dear Ann'))
    await item.failed('engine_failed')
    expect(await mailsAbout(item.id)).toEqual([])
  })

  test('makes it fail when the result cannot be understood', async () => {
    const item = await uploadedItem(documents, owner, kind)
    await item.completed(await documents.leave({ engine: 'x' }))
    const { body } = await item.get()
    expect(body).toMatchObject({ status: 'failed', failure: { code: 'unreadable_result' } })
    // Not the text of our own error, which names files, hosts and columns.
    expect(body.failure.detail).toBe('What the engine has read could not be taken over (unreadable_result).')
  })

  test('may hold what PostgreSQL does not take', async () => {
    const item = await uploadedItem(documents, owner, kind)
    await item.completed(await item.result('Dear\u0000 Ann\ud800'))
    expect(textOf((await item.get()).body)).toBe('Dear Ann\ufffd')
  })

  test('can be longer than an index takes', async () => {
    const item = await uploadedItem(documents, owner, kind)
    const long = Array.from({ length: 200_000 }, (_, index) => `Wort${index.toString(36)}`).join(' ')
    await item.completed(await item.result(long))
    expect(textOf((await item.get()).body)).toBe(long)
  }, 60_000)
})

test('the pages of a document come with words, boxes and confidences', async () => {
  const item = await uploadedItem(documents, owner, 'document')
  await item.completed(await item.result('Dear Ann\fYours Bert', 0.7))
  const { body } = await item.get()
  expect(body).toMatchObject({ text: 'Dear Ann\n\nYours Bert', pageCount: 2 })
  expect(body.pages[1]).toEqual({ number: 2, width: 1000, height: 1400, confidence: 0.7, origin: 'ocr' })
  const page = await documents.get(owner, `${item.path}/pages/2`)
  expect(page.body).toMatchObject({
    number: 2,
    width: 1000,
    height: 1400,
    words: [
      { text: 'Yours', confidence: 0.7, box: { x: 0, y: 10, width: 90, height: 20 } },
      { text: 'Bert' },
    ],
  })
  const missing = await documents.get(owner, `${item.path}/pages/3`)
  expect([missing.status, missing.body.code]).toEqual([404, 'page_not_found'])
  const found = await documents.get(owner, `/documents?projectId=${item.projectId}&q=bert`)
  expect(found.body.items).toMatchObject([{ id: item.id }])
})

test('the transcript of a voice sample comes with segments and duration', async () => {
  const item = await uploadedItem(documents, owner, 'voice')
  await item.completed(await item.result('Good morning', 0.6))
  expect((await item.get()).body).toMatchObject({
    transcript: 'Good morning',
    duration: 2.5,
    segments: [{ start: 0, end: 2.5, text: 'Good morning', confidence: 0.6 }],
  })
})
