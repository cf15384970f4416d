import { voiceMediaTypes } from '@alta/contracts/resources/file'
import type { Segment } from '@alta/contracts/resources/recognition'
import type { Route } from '@alta/kit/http/route'
import { type ItemServices, itemRoutes } from '../intake/item.routes.ts'
import { voiceSampleDetail } from './voice-sample.resource.ts'

/** @param maximumBytes largest file that is taken */
export const voiceSampleRoutes = (services: ItemServices<Segment>, maximumBytes: number): Route[] =>
  itemRoutes(services, {
    noun: 'voice sample',
    paths: {
      upload: '/api/v1/projects/:id/voice-samples',
      collection: '/api/v1/voice-samples',
      item: '/api/v1/voice-samples/:id',
      file: '/api/v1/voice-samples/:id/file',
      versions: '/api/v1/voice-samples/:id/versions',
      version: '/api/v1/voice-samples/:id/versions/:v',
      reprocess: '/api/v1/voice-samples/:id/reprocess',
      restore: '/api/v1/voice-samples/:id/restore',
      purge: '/api/v1/voice-samples/:id/purge',
    },
    accept: voiceMediaTypes,
    formats: 'WAV, MP3, OGG, FLAC or M4A',
    maximumBytes,
    duplicate: 'duplicate_voice_sample',
    detail: voiceSampleDetail,
    present: ({ parts: segments, text: transcript, ...item }) => ({ ...item, transcript, segments }),
  })
