import type { CloudEvent } from '@alta/contracts/cloud-event'
import type { messageFailed } from '@alta/contracts/events/message-failed.v1'
import type { HandlerScope } from '@alta/kit/events/handlers'
import type { z } from 'zod'
import { fileDeadLetter } from './dead-letter.filing.ts'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { handlerName, withoutReplay } from './replay-marks.ts'
import { type Contracts, validityOf } from './validity.ts'

type MessageFailed = z.output<(typeof messageFailed)['schema']>

/** message.failed.v1: a handler has given up on an event, or on a copy of one. */
export const recordFailure =
  (contracts: Contracts) =>
  async (failed: MessageFailed, { tx, message }: HandlerScope<DeadLettersSchema>): Promise<void> => {
    const event = withoutReplay(failed.event)
    await fileDeadLetter(tx, {
      tenantId: message.tenantId,
      kind: 'failed',
      app: failed.app,
      handler: handlerName(failed.handler),
      topic: event.topic,
      identity: { source: event.source, messageId: event.id },
      subject: event.subject,
      correlationId: event.correlationid,
      event: JSON.stringify(event),
      body: null,
      faults: failed.faults ?? faultsOf(contracts, failed, event),
      errorClass: failed.errorClass,
      message: failed.message,
      stack: failed.stack,
      attempts: failed.attempts,
      history: failed.history,
      replayId: replayIdOf(failed.event),
      failedAt: message.time,
    })
  }

/** Only what was refused for its form has failing paths; a handler may fail on data that is perfectly valid. */
function faultsOf(contracts: Contracts, { errorClass }: MessageFailed, event: CloudEvent) {
  if (!['schema_validation_failed', 'unknown_type', 'unknown_source'].includes(errorClass)) return []
  return validityOf(contracts, event.topic, event).faults ?? []
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const replayIdOf = ({ replayid }: CloudEvent): string | null =>
  typeof replayid === 'string' && uuid.test(replayid) ? replayid : null
