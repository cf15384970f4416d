import type { messageHandled } from '@alta/contracts/events/message-handled.v1'
import type { HandlerScope } from '@alta/kit/events/handlers'
import type { z } from 'zod'
import { resolveDeadLetter } from './dead-letter.filing.ts'
import type { DeadLettersSchema } from './dead-letter.tables.ts'
import { handlerName } from './replay-marks.ts'

/** message.handled.v1: a copy was handled after all, whoever had sent it. */
export const recordRecovery =
  (keepDays: number) =>
  async (
    { source, messageId, handler, replayId }: z.output<(typeof messageHandled)['schema']>,
    { tx }: HandlerScope<DeadLettersSchema>,
  ): Promise<void> =>
    resolveDeadLetter(tx, { source, messageId, handler: handlerName(handler), replayId, keepDays })
