import { documentApproved } from '@alta/contracts/events/document-approved.v1'
import { documentRejected } from '@alta/contracts/events/document-rejected.v1'
import { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import { voiceApproved } from '@alta/contracts/events/voice-approved.v1'
import { voiceRejected } from '@alta/contracts/events/voice-rejected.v1'
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
const reviewer = person().userId
const mailsAbout = async (id: string) =>
  (await documents.emitted(emailSendRequested)).filter(({ parameters }) => parameters.itemId === id)

const permutations = <Item>(items: readonly Item[]): Item[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))

describe.each(['document', 'voice'] as const)('a verdict about a %s', (kind) => {
  const textOf = (body: { text?: string; transcript?: string }) =>
    kind === 'document' ? body.text : body.transcript

  async function told(id: string) {
    const about = (data: { documentId?: string; voiceSampleId?: string }) =>
      [data.documentId, data.voiceSampleId].includes(id)
    const [approved, rejected] =
      kind === 'document'
        ? [await documents.emitted(documentApproved), await documents.emitted(documentRejected)]
        : [await documents.emitted(voiceApproved), await documents.emitted(voiceRejected)]
    return { approved: approved.filter(about), rejected: rejected.filter(about), mails: await mailsAbout(id) }
  }

  test('that review has given up fails the item with the reason, and a later review mends it, in either order', async () => {
    for (const orders of [
      ['completed', 'reviewFailed', 'opened'],
      ['reviewFailed', 'completed', 'opened'],
      ['opened', 'reviewFailed', 'completed'],
    ] as const) {
      const item = await uploadedItem(documents, owner, kind)
      const machine = await item.result('Dear Amn', 0.5)
      const steps = {
        completed: () => item.completed(machine),
        reviewFailed: () => item.reviewFailed(),
        opened: () => item.opened(1),
      }
      for (const step of orders) {
        await steps[step]()
        if (step === 'reviewFailed' && orders[0] !== 'opened') {
          expect((await item.get()).body).toMatchObject({
            status: 'failed',
            failure: { code: 'review_failed' },
          })
        }
      }
      expect((await item.get()).body.status).toBe('in_review')
    }
  })

  test('ends the same in whatever order begun, read, opened and approved are heard', async () => {
    const ends = []
    for (const order of permutations(['started', 'completed', 'opened', 'approved'] as const)) {
      const item = await uploadedItem(documents, owner, kind)
      const machine = await item.result('Dear Amn', 0.5)
      const corrected = await item.result('Dear Ann', 1)
      const steps = {
        started: () => item.started(),
        completed: () => item.completed(machine),
        opened: () => item.opened(1),
        approved: () => item.approved(corrected, reviewer, 2),
      }
      for (const step of order) await steps[step]()
      const { body } = await item.get()
      const version = await documents.get(owner, `${item.path}/versions/1`)
      const { approved, mails } = await told(item.id)
      const actions = body.history.map(({ action }: { action: string }) => action).sort()
      const { status, confidence } = body
      const { text, machineText, decidedBy, engine } = version.body
      ends.push({ status, confidence, shown: textOf(body), text, machineText, decidedBy, engine, actions })
      expect([approved.length, mails.map(({ template }) => template)]).toEqual([1, ['item-approved']])
    }
    expect(new Set(ends.map((end) => JSON.stringify(end))).size).toBe(1)
    expect(ends[0]).toEqual({
      status: 'approved',
      confidence: 1,
      shown: 'Dear Ann',
      text: 'Dear Ann',
      machineText: 'Dear Amn',
      decidedBy: reviewer,
      engine: kind === 'document' ? 'tesseract' : 'pocketsphinx',
      actions: ['approved', 'read', 'sent_to_review', 'uploaded'],
    })
  })

  test('of the machine itself keeps one reading, in either order', async () => {
    for (const order of permutations(['completed', 'approved'] as const)) {
      const item = await uploadedItem(documents, owner, kind)
      const machine = await item.result('Dear Ann', 0.97)
      for (const step of order)
        await (step === 'completed' ? item.completed(machine) : item.approved(machine, null, 1))
      const version = await documents.get(owner, `${item.path}/versions/1`)
      expect(version.body).toMatchObject({
        status: 'approved',
        text: 'Dear Ann',
        machineText: null,
        decidedBy: null,
      })
      const { approved, mails } = await told(item.id)
      expect([approved.map(({ by }) => by), mails.length]).toEqual([[null], 1])
    }
  })

  test('is told once, however often it is delivered', async () => {
    const item = await uploadedItem(documents, owner, kind)
    await item.completed(await item.result('Dear Ann'))
    const event = await item.approved(await item.result('Dear Ann!'), reviewer)
    const { body: once } = await item.get()
    expect(await documents.deliver(event)).toBe('SUCCESS')
    expect(await documents.deliver({ ...event, replayfor: 'documents' })).toBe('SUCCESS')
    expect((await item.get()).body).toEqual(once)
    const { approved, mails } = await told(item.id)
    expect([approved.length, mails.length]).toEqual([1, 1])
  })

  test('can be to look, to look again, and to reject', async () => {
    const item = await uploadedItem(documents, owner, kind)
    await item.completed(await item.result('Dear Ann'))
    await item.opened(1)
    expect((await item.get()).body.status).toBe('in_review')
    await item.sentBack(reviewer, 2)
    expect((await item.get()).body.status).toBe('in_review')
    await item.rejected(reviewer, 3)
    const { body } = await item.get()
    expect(body.status).toBe('rejected')
    expect(body.history.slice(2)).toMatchObject([
      { action: 'sent_to_review', by: null },
      { action: 'sent_back', by: reviewer, details: { reason: 'Look again.' } },
      { action: 'rejected', by: reviewer, details: { reason: 'Upside down.' } },
    ])
    const { rejected, mails } = await told(item.id)
    expect(rejected).toMatchObject([{ by: reviewer, reason: 'Upside down.' }])
    expect(mails).toMatchObject([{ template: 'item-rejected', parameters: { reason: 'Upside down.' } }])
  })

  test('can be taken back: the machine’s reading shows again until the next verdict', async () => {
    const item = await uploadedItem(documents, owner, kind)
    await item.completed(await item.result('Dear Amn'))
    await item.opened(1)
    await item.approved(await item.result('Dear Ann'), reviewer, 2)
    await item.undone(reviewer, 3)
    const { body } = await item.get()
    expect([body.status, textOf(body)]).toEqual(['in_review', 'Dear Amn'])
    await item.approved(await item.result('Dear Anna'), reviewer, 4)
    const again = await item.get()
    expect([again.body.status, textOf(again.body)]).toEqual(['approved', 'Dear Anna'])
  })

  test('that comes after it was taken back changes nothing but the history', async () => {
    const item = await uploadedItem(documents, owner, kind)
    await item.completed(await item.result('Dear Amn'))
    await item.undone(reviewer, 3)
    await item.approved(await item.result('Dear Ann'), reviewer, 2)
    const { body } = await item.get()
    expect([body.status, textOf(body)]).toEqual(['in_review', 'Dear Amn'])
    expect(body.history.map(({ action }: { action: string }) => action)).toContain('approved')
    const { approved, mails } = await told(item.id)
    expect([approved.length, mails.length]).toEqual([0, 0])
  })
})

test('the machine’s page stays beside the corrected one', async () => {
  const item = await uploadedItem(documents, owner, 'document')
  await item.completed(await item.result('Dear Amn', 0.5))
  await item.approved(await item.result('Dear Ann', 1), reviewer)
  const words = async (query: string) => {
    const { body } = await documents.get(owner, `${item.path}/pages/1${query}`)
    return body.words.map(({ text }: { text: string }) => text)
  }
  expect(await words('')).toEqual(['Dear', 'Ann'])
  expect(await words('?reading=machine')).toEqual(['Dear', 'Amn'])
})
