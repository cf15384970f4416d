import type { DeadLetter } from '@alta/kit/events/dead-letters'
import type { HandlerScope } from '@alta/kit/events/handlers'
import { fileDeadLetter } from './dead-letter.filing.ts'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { withoutReplay } from './replay-marks.ts'
import { type Contracts, validityOf } from './validity.ts'

/**
 * The topic dead-letters: daprd or the broker has given up on a delivery. Nobody says whose it was or why; when an
 * event can be read in it, it is valid or shows what is wrong with it.
 */
export const recordUndelivered =
  (contracts: Contracts) =>
  async (letter: DeadLetter, { tx, message }: HandlerScope<DeadLettersSchema>): Promise<void> => {
    const event = letter.event && withoutReplay(letter.event)
    const topic = letter.topic ?? 'unknown'
    const text = letter.body.toString()
    const faults = event
      ? (validityOf(contracts, topic, event).faults ?? [])
      : (validityOf(contracts, topic, jsonOf(text)).faults ?? [])
    const errorClass = faults.length > 0 ? 'schema_validation_failed' : 'undelivered'
    await fileDeadLetter(tx, {
      tenantId: message.tenantId,
      kind: 'undelivered',
      app: 'unknown',
      handler: `unknown/${topic}`,
      topic,
      identity: event ? { source: event.source, messageId: event.id } : null,
      subject: event?.subject ?? null,
      correlationId: event?.correlationid ?? null,
      event: event ? JSON.stringify(event) : null,
      body: event ? null : text,
      faults,
      errorClass,
      message:
        faults.length > 0
          ? faults.map(({ path, message: what }) => `${path}: ${what}`).join('; ')
          : 'no handler has answered for this delivery within the attempts that the sidecar makes',
      stack: '',
      attempts: 1,
      history: [],
      replayId: null,
      failedAt: message.time,
    })
  }

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Then the whole of it is the fault.
    return undefined
  }
}
