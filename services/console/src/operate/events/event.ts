import { type AnswerTo, answer, api } from '../../api/api.ts'
import { given, momentOf } from '../parts/address.ts'

export type StoredEvent = AnswerTo<'/api/v1/events', 'get'>['items'][number]

/** How far back a text is looked for unless the address says. */
const TEXT_MILLISECONDS = 7 * 86_400_000

export const eventFilter = (get: (name: string) => string | undefined) =>
  given({
    text: get('text'),
    topic: get('topic'),
    type: get('type'),
    stream: get('stream'),
    source: get('source'),
    correlationId: get('correlationId'),
    from: momentOf(get('from')) ?? (get('text') ? weekAgo() : undefined),
    to: momentOf(get('to')),
  })

/** To the day, so that the same question is asked again and not one of a moment later. */
const weekAgo = (): string =>
  new Date(Math.floor((Date.now() - TEXT_MILLISECONDS) / 86_400_000) * 86_400_000).toISOString()

export const findEvent = (id: string) => answer(api.GET('/api/v1/events/{id}', { params: { path: { id } } }))
