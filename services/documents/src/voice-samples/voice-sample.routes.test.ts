import { voiceDeleted } from '@alta/contracts/events/voice-deleted.v1'
import { voiceTranscriptionRequested } from '@alta/contracts/events/voice-transcription-requested.v1'
import { voiceUploaded } from '@alta/contracts/events/voice-uploaded.v1'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { heard, pdf, startDocuments, type TestDocuments, wav } from '../documents.fixture.ts'
import { uploadedItem } from '../intake/handlers.fixture.ts'

// What recordings share with documents is tested there; here is every route once, and what differs.

let documents: TestDocuments
let project: string
beforeAll(async () => {
  documents = await startDocuments()
  project = await documents.project(owner)
})
afterAll(() => documents.close())

const owner = person()
const stranger = person()

const upload = (bytes = wav(), path = `/projects/${project}/voice-samples`) =>
  documents.upload(owner, path, bytes, { name: 'hello.wav' })

test('a recording is stored and its transcription asked for', async () => {
  const { status, body, headers } = await upload()
  expect(status).toBe(201)
  expect(headers.get('location')).toBe(`/api/v1/voice-samples/${body.id}`)
  expect(body).toMatchObject({ title: 'hello', mediaType: 'audio/wav', status: 'uploaded', language: 'en' })
  const about = (data: { voiceSampleId: string }) => data.voiceSampleId === body.id
  expect((await documents.emitted(voiceUploaded)).filter(about)).toHaveLength(1)
  expect((await documents.emitted(voiceTranscriptionRequested)).filter(about)).toMatchObject([
    { languages: ['en'] },
  ])
  const detail = await documents.get(owner, `/voice-samples/${body.id}`)
  expect(detail.body).toMatchObject({ transcript: null, segments: [], duration: null })
})

test('a document is no recording, and the same recording comes once', async () => {
  const refused = await upload(pdf())
  expect([refused.status, refused.body.code]).toEqual([415, 'unsupported_media_type'])
  expect(refused.body.supported).toContain('audio/flac')
  const bytes = wav()
  const first = await upload(bytes)
  const second = await upload(bytes)
  expect(second.body).toMatchObject({
    status: 409,
    code: 'duplicate_voice_sample',
    voiceSampleId: first.body.id,
  })
})

test('a recording is listed, changed, downloaded, versioned, read again and deleted', async () => {
  const bytes = wav()
  const { body } = await upload(bytes)
  const path = `/voice-samples/${body.id}`
  const listed = await documents.get(owner, `/voice-samples?projectId=${project}&q=hello&limit=100`)
  expect(listed.body.items.map(({ id }: { id: string }) => id)).toContain(body.id)
  expect((await documents.get(owner, `/documents?projectId=${project}`)).body.items).toEqual([])

  const change = await documents.call(owner, 'PATCH', path, { tags: ['a'] }, { 'if-match': body.etag })
  expect(change.body.tags).toEqual(['a'])
  expect((await documents.call(owner, 'PATCH', path, {}, { 'if-match': body.etag })).status).toBe(412)

  const file = await documents.send(owner, 'GET', `${path}/file`)
  expect(Buffer.from(await file.arrayBuffer())).toEqual(bytes)
  expect((await upload(wav(), `${path}/versions`)).body.version).toBe(2)
  expect((await documents.get(owner, `${path}/versions`)).body.items).toHaveLength(2)
  expect((await documents.get(owner, `${path}/versions/1`)).body.sha256).toBe(body.sha256)
  expect((await documents.call(owner, 'POST', `${path}/reprocess`)).status).toBe(202)

  for (const rest of ['', '/file', '/versions', '/versions/1']) {
    const hidden = await documents.get(stranger, path + rest)
    expect([hidden.status, hidden.body.code]).toEqual([404, 'voice_sample_not_found'])
  }
  expect((await documents.call(owner, 'DELETE', path)).status).toBe(204)
  expect((await documents.get(owner, path)).status).toBe(404)
  const told = (await documents.emitted(voiceDeleted)).filter(
    ({ voiceSampleId }) => voiceSampleId === body.id,
  )
  expect(told).toHaveLength(1)
})

test('a recording says when each word was spoken, and what it looks like in a player', async () => {
  const item = await uploadedItem(documents, owner, 'voice')
  const waveform = { secondsPerPair: 0.05, peaks: [-3, 4, -128, 127] }
  const early = await documents.get(owner, `${item.path}/waveform`)
  expect([early.status, early.body.code]).toEqual([404, 'voice_sample_not_read'])
  await item.completed(await documents.leave({ ...heard('Good morning'), waveform }))
  const { body } = await item.get()
  expect(body.segments[0].words[0]).toEqual({ text: 'Good morning', start: 0, end: 2.5, confidence: 0.8 })

  const drawn = await documents.get(owner, `${item.path}/waveform?version=1`)
  expect([drawn.status, drawn.body]).toEqual([200, waveform])
  expect(drawn.headers.get('cache-control')).toBe('private, max-age=86400, immutable')
  const hidden = await documents.get(stranger, `${item.path}/waveform`)
  expect([hidden.status, hidden.body.code]).toEqual([404, 'voice_sample_not_found'])
  await documents.call(owner, 'POST', `${item.path}/reprocess`)
  expect((await documents.get(owner, `${item.path}/waveform`)).body).toEqual(waveform)
})

test('a recording that was read without a waveform says how to get one', async () => {
  const item = await uploadedItem(documents, owner, 'voice')
  await item.completed(await item.result('Good evening'))
  const { status, body } = await documents.get(owner, `${item.path}/waveform`)
  expect([status, body.code]).toEqual([404, 'waveform_missing'])
  expect(body.detail).toContain(`${item.path}/reprocess`)
})
