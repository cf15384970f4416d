import { voiceMediaTypes } from '@alta/contracts/resources/file'
import { type Segment, waveform } from '@alta/contracts/resources/recognition'
import { may } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { byId, type ItemServices, itemRoutes, versionQuery } from '../intake/item.routes.ts'
import { voiceSampleDetail } from './voice-sample.resource.ts'
import type { WaveformService } from './waveform.service.ts'

export interface VoiceSampleServices extends ItemServices<Segment> {
  readonly waveforms: WaveformService
}

/** Seconds; of a version that is named, which sounds the same for ever. */
const KEPT_FOR = 86_400

/** @param maximumBytes largest file that is taken */
export const voiceSampleRoutes = (services: VoiceSampleServices, maximumBytes: number): Route[] => [
  ...itemRoutes(services, {
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
    formats: 'WAV, MP3, OGG, FLAC, M4A or WebM',
    maximumBytes,
    duplicate: 'duplicate_voice_sample',
    detail: voiceSampleDetail,
    present: ({ parts: segments, text: transcript, ...item }) => ({ ...item, transcript, segments }),
  }),
  route({
    method: 'get',
    path: '/api/v1/voice-samples/:id/waveform',
    summary: 'See a recording as a player draws it',
    description: 'At most 2,000 pairs, twenty for each second of a short recording.',
    tag: 'voice samples',
    policy: may('documents:read', 'project viewer'),
    params: byId,
    query: versionQuery,
    answers: {
      200: { description: 'Lowest and highest sample of each stretch', schema: waveform },
      404: {
        description:
          '`voice_sample_not_read` until it was read; `waveform_missing` when that was before waveforms were kept: read it again',
      },
    },
    handle: async ({ principal, params, query: { version } }) => ({
      status: 200,
      body: await services.waveforms.get(principal, params.id, version),
      headers: {
        'cache-control':
          version === undefined ? 'private, no-cache' : `private, max-age=${KEPT_FOR}, immutable`,
      },
    }),
  }),
]
