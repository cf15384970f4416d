import { type AnswerTo, answer, api } from '../../api/api.ts'
import { given, momentOf } from '../parts/address.ts'

export type StoredEvent = AnswerTo<'/api/v1/events', 'get'>['items'][number]

export const eventFilter = (get: (name: string) => string | undefined) =>
  given({
    topic: get('topic'),
    type: get('type'),
    stream: get('stream'),
    source: get('source'),
    correlationId: get('correlationId'),
    from: momentOf(get('from')),
    to: momentOf(get('to')),
  })

export const findEvent = (id: string) => answer(api.GET('/api/v1/events/{id}', { params: { path: { id } } }))
