import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { FileStorage } from '@alta/kit/storage/storage'
import { metricValue } from '@alta/kit/testing/metrics'
import { expect, test } from 'vitest'
import { keptInMemory, keptPicturesInMemory, sample } from '../testing/documents.ts'
import { type Request, recognise } from './recognise.ts'

test('each page counts when it is read, not when the document is', async () => {
  const seen: (number | undefined)[] = []
  const bytes = await readFile(sample('letter.png'))
  const parts = {
    jobs: {
      begin: async () => undefined,
      keptWork: () => keptInMemory(),
      keptPictures: keptPicturesInMemory,
    },
    // All that `recognise` does with it.
    files: {
      open: async () => Readable.from([bytes]),
      put: async () => ({ sha256: '0'.repeat(64), size: 1 }),
    } as unknown as FileStorage,
    engine: {
      name: 'test',
      languages: ['en'],
      async read(_source: unknown, numbers: readonly number[], { pageDone }: { pageDone(): void }) {
        pageDone()
        seen.push(await metricValue('alta_ocr_pages_total{by="engine"}'))
        return numbers.map((number) => ({
          number,
          width: 10,
          height: 10,
          origin: 'ocr' as const,
          text: 'a',
          confidence: 1,
          words: [],
        }))
      },
      close: async () => undefined,
    },
  }
  const file = { sha256: '0'.repeat(64), size: bytes.length, mediaType: 'image/png' }
  const request: Request = {
    documentId: '',
    projectId: '',
    recognitionId: '',
    version: 1,
    file,
    languages: ['en'],
  }
  const scope = { signal: new AbortController().signal, progress: () => undefined, message: { tenantId: '' } }
  await recognise(parts, request, scope as unknown as Parameters<typeof recognise>[2])
  expect(seen).toEqual([1])
})
