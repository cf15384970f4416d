import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { configuredEngine } from './configured-engine.ts'

const settings = {
  OCR_ENGINE: 'google' as const,
  OCR_WORKERS: 1,
  GCS_PROJECT_ID: 'alta-test',
  GCS_BUCKET_NAME: 'alta',
  GOOGLE_APPLICATION_CREDENTIALS: '',
  GOOGLE_DOCUMENT_AI_LOCATION: 'eu',
  GOOGLE_DOCUMENT_AI_PROCESSOR: '1',
}
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alta-google-key-'))
  settings.GOOGLE_APPLICATION_CREDENTIALS = join(directory, 'key.json')
  const key = { type: 'service_account', client_email: 'test@alta.example', private_key: 'unused' }
  await writeFile(settings.GOOGLE_APPLICATION_CREDENTIALS, JSON.stringify(key))
})
afterAll(() => rm(directory, { recursive: true }))

it.each(['tesseract', 'google'] as const)('makes the engine %s when it is named', async (OCR_ENGINE) => {
  const engine = configuredEngine({ ...settings, OCR_ENGINE })
  expect(engine.name).toContain(OCR_ENGINE)
  await engine.close()
})

it('says what Google needs', () => {
  expect(() => configuredEngine({ ...settings, GOOGLE_DOCUMENT_AI_PROCESSOR: undefined })).toThrow(
    'GOOGLE_DOCUMENT_AI_PROCESSOR',
  )
})
