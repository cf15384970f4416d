import { characterErrorRate, wordErrorRate } from '@alta/kit/testing/error-rate'
import { eventually } from '@alta/kit/testing/wait'
import { beforeAll, expect, inject, test } from 'vitest'
import { Client, type Item } from '../support/client.ts'
import { readPlatform } from '../support/platform.ts'
import { readSamples } from '../support/samples.ts'

const { gatewayUrl } = readPlatform(inject('home'))
const ada = new Client(gatewayUrl)
let projectId: string
const items = new Map<string, Item>()
const samples = readSamples()

beforeAll(async () => {
  await ada.register()
  // Strict on purpose, so that ordinary samples go to a person too.
  projectId = await ada.project({
    review: { minimumConfidence: 0.9, minimumWordConfidence: 0.6, secondReviewer: false },
  })
  for (const sample of samples.filter(({ truth }) => truth.expect !== 'refused')) {
    const { status, body } = await ada.upload(projectId, sample.resource, sample.path, sample.truth.language)
    expect(status, JSON.stringify(body)).toBe(201)
    items.set(sample.name, body)
  }
})

const idOf = (name: string) => items.get(name)?.id ?? ''

test.each(samples.filter(({ truth }) => truth.expect === 'refused'))(
  '$name is refused at the door',
  async ({ path, resource, truth }) => {
    const { status, body } = await ada.upload(projectId, resource, path)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body).toMatchObject({ code: truth.code })
  },
)

test.each(samples.filter(({ truth }) => truth.expect === 'failed'))(
  '$name ends as failed, with the reason',
  async ({ name, resource, truth }) => {
    const item = await ada.until(resource, idOf(name), ['failed'])
    expect(item.failure).toMatchObject({ code: truth.code })
    const file = await ada.call('GET', `/api/v1/${resource}/${item.id}/file`)
    expect(file.status).toBe(200)
  },
)

/** Read and judged: the two come as events of their own, and either may be the first. */
const read = (name: string, resource: 'documents' | 'voice-samples') =>
  eventually(`${name} has its text`, async () => {
    const item = await ada.until(resource, idOf(name), ['in_review', 'approved'])
    return Boolean(item.text || item.transcript) && item
  })

const readable = samples.filter(({ truth }) => truth.expect === 'approved_or_review')

test.each(readable.filter(({ truth }) => truth.kind === 'document'))(
  '$name is read within its error rate',
  async ({ name, truth }) => {
    const item = await read(name, 'documents')
    const rate = characterErrorRate(truth.text ?? '', item.text ?? '')
    console.log(
      `${name}: ${item.status}, character error rate ${(rate * 100).toFixed(2)} %, confidence ${item.confidence?.toFixed(3)}`,
    )
    if (truth.maximumCharacterErrorRate !== undefined)
      expect(rate).toBeLessThanOrEqual(truth.maximumCharacterErrorRate)
    const page = await ada.call('GET', `/api/v1/documents/${item.id}/pages/1`)
    expect(page.status).toBe(200)
    expect(page.body.words.length).toBeGreaterThan(5)
    for (const word of page.body.words) {
      expect(word.confidence).toBeGreaterThanOrEqual(0)
      expect(word.box.x + word.box.width).toBeLessThanOrEqual(page.body.width + 1)
    }
    const image = await ada.call('GET', `/api/v1/documents/${item.id}/pages/1/image?version=1`)
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/webp'])
    expect(image.headers.get('cache-control')).toBe('private, max-age=86400, immutable')
    const known = { 'if-none-match': image.headers.get('etag') ?? '' }
    const again = await ada.call('GET', `/api/v1/documents/${item.id}/pages/1/image`, undefined, known)
    expect([again.status, again.body]).toEqual([304, ''])
    expect((await ada.call('GET', `/api/v1/documents/${item.id}/thumbnail`)).status).toBe(200)
  },
)

test.each(readable.filter(({ truth }) => truth.kind === 'voice'))(
  '$name is heard',
  async ({ name, truth }) => {
    const item = await read(name, 'voice-samples')
    const rate = wordErrorRate(truth.text ?? '', item.transcript ?? '')
    console.log(
      `${name}: ${item.status}, word error rate ${(rate * 100).toFixed(0)} %, confidence ${item.confidence?.toFixed(3)}`,
    )
    expect(item.transcript?.length).toBeGreaterThan(0)
    const { body: waveform } = await ada.call('GET', `/api/v1/voice-samples/${item.id}/waveform`)
    expect(waveform.peaks.length).toBeGreaterThan(0)
  },
)

test('a player seeks in a recording: ranges come through gateway and sidecars as they were asked for', async () => {
  const path = `/api/v1/voice-samples/${idOf('memo.wav')}/file`
  const part = async (headers: Record<string, string>) => {
    const { status, headers: told, body } = await ada.call('GET', path, undefined, headers)
    return { status, range: told.get('content-range'), etag: told.get('etag') ?? '', body: String(body) }
  }
  const head = await part({ range: 'bytes=0-3' })
  const size = Number(head.range?.split('/')[1])
  expect([head.status, head.range, head.body]).toEqual([206, `bytes 0-3/${size}`, 'RIFF'])
  expect((await part({ range: `bytes=${size}-` })).status).toBe(416)
  expect((await part({ range: 'bytes=0-3', 'if-range': '"another"' })).status).toBe(200)
  expect((await part({ range: 'bytes=8-11', 'if-range': head.etag })).body).toBe('WAVE')
  expect((await part({ 'if-none-match': head.etag })).status).toBe(304)
})

test('what the machine was unsure of is claimed, corrected and approved, and the person who uploaded it is told', async () => {
  const id = idOf('bad-photo.jpg')
  await ada.until('documents', id, ['in_review'])
  const review = await eventually('the item is in the queue', async () => {
    const { body } = await ada.call('GET', `/api/v1/reviews?status=open&projectId=${projectId}&limit=100`)
    return body.items.find((one: { subjectId: string }) => one.subjectId === id)
  })
  expect((await ada.call('POST', `/api/v1/reviews/${review.id}/claim`, {})).status).toBe(200)
  const { body: detail } = await ada.call('GET', `/api/v1/reviews/${review.id}`)
  expect(detail.words.length).toBeGreaterThan(0)
  const [index] = detail.uncertainWords
  const correction = { index, before: detail.words[index].text, after: 'Corrected' }
  const approved = await ada.call('POST', `/api/v1/reviews/${review.id}/approve`, {
    corrections: [correction],
  })
  expect(approved.status, JSON.stringify(approved.body)).toBe(200)
  const item = await ada.until('documents', id, ['approved'])
  expect(item.text).toContain('Corrected')
  await eventually('the mail about the approval has come', async () =>
    (await ada.mails()).some((mail) => mail.text.includes('bad-photo.jpg')),
  )
})

test('everybody who registers is welcomed by exactly one mail', async () => {
  const mails = await eventually('the welcome mail has come', async () => {
    const found = (await ada.mails()).filter((mail) => /welcome/i.test(mail.subject))
    return found.length > 0 && found
  })
  expect(mails).toHaveLength(1)
})

test('the same bytes again are refused with the id of the first', async () => {
  const sample = samples.find(({ name }) => name === 'letter.png')
  const { status, body } = await ada.upload(projectId, 'documents', sample?.path ?? '')
  expect(status).toBe(409)
  expect(body).toMatchObject({ code: 'duplicate_document', documentId: idOf('letter.png') })
})
