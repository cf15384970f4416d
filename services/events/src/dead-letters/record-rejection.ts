import type { messageRejected } from '@alta/contracts/events/message-rejected.v1'
import type { HandlerScope } from '@alta/kit/events/handlers'
import type { z } from 'zod'
import { fileDeadLetter } from './dead-letter.filing.ts'
import type { DeadLettersSchema } from './dead-letter.tables.ts'

/** message.rejected.v1: what was delivered is no event; it can be edited until it is one. */
export async function recordRejection(
  { app, topic, reason, faults, body }: z.output<(typeof messageRejected)['schema']>,
  { tx, message }: HandlerScope<DeadLettersSchema>,
): Promise<void> {
  await fileDeadLetter(tx, {
    tenantId: message.tenantId,
    kind: 'rejected',
    app,
    handler: `${app}/${topic}`,
    topic,
    identity: null,
    subject: null,
    correlationId: message.correlationId,
    event: null,
    body,
    faults,
    errorClass: reason,
    message: faults.map(({ path, message: what }) => `${path}: ${what}`).join('; '),
    stack: '',
    attempts: 1,
    history: [],
    replayId: null,
    failedAt: message.time,
  })
}
