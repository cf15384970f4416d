import type { AnswerTo } from '../../api/api.ts'
import { given, momentOf, oneOf } from '../parts/address.ts'

export type Entry = AnswerTo<'/api/v1/audit', 'get'>['items'][number]
export type Verdict = AnswerTo<'/api/v1/audit/verify', 'post'>

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function auditFilter(get: (name: string) => string | undefined) {
  const actor = get('actor')
  return given({
    actor: actor && uuid.test(actor) ? actor : undefined,
    action: get('action'),
    resource: get('resource'),
    outcome: oneOf(['allowed', 'denied'], get('outcome')),
    requestId: get('requestId'),
    from: momentOf(get('from')),
    to: momentOf(get('to')),
  })
}
