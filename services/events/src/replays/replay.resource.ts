import { z } from 'zod'
import type { Preview, ReplayProgress, ReplayRequest } from './replay.service.ts'
import { replayEffects, replayStates } from './replay.tables.ts'

/** What nobody outside hears of in a muted replay. */
const MUTED = ['e-mail', 'webhooks'] as const

export const replayResource = z.object({
  id: z.uuid().describe('Also the id of its task.'),
  consumer: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  topics: z.array(z.string()),
  stream: z.string().nullable(),
  effects: z.enum(replayEffects),
  eventsPerSecond: z.number().int(),
  state: z.enum(replayStates),
  reason: z.string().nullable(),
  total: z.number().int().nullable().describe('Events to send; null until they are counted.'),
  sent: z.number().int(),
  handled: z.number().int().describe('Copies that a handler of the consumer has handled.'),
  failed: z.number().int().describe('Copies that it has given up; they are among the dead letters.'),
  awaited: z.number().int().describe('Answers that the sent copies bring: one for each handler.'),
  createdBy: z.uuid(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
})

export const previewResource = z.object({
  dryRun: z.literal(true),
  consumer: z.string(),
  total: z.number().int().describe('Events that would be sent.'),
  passedOver: z.number().int().describe('Events that match and that no handler of the consumer takes.'),
  byTopic: z.array(
    z.object({
      topic: z.string(),
      events: z.number().int(),
      handlers: z.array(z.string()).describe('Handlers of the consumer that take it.'),
    }),
  ),
  effects: z.enum(replayEffects),
  muted: z.array(z.string()).describe('What does not leave the platform because of the replay.'),
  seconds: z.number().describe('How long sending takes at the least.'),
})

export function presentReplay(replay: ReplayProgress) {
  const { id, consumer, stream, effects, eventsPerSecond, state, reason, total, sent, awaited } = replay
  return {
    ...{ id, consumer, stream, effects, eventsPerSecond, state, reason, total, sent, awaited },
    ...replay.answers,
    from: replay.from.toISOString(),
    to: replay.to.toISOString(),
    topics: [...replay.topics],
    createdBy: replay.createdBy,
    createdAt: replay.createdAt.toISOString(),
    endedAt: replay.endedAt?.toISOString() ?? null,
  }
}

export function presentPreview({ consumer, effects, eventsPerSecond }: ReplayRequest, preview: Preview) {
  const { total } = preview
  const matching = preview.byTopic.reduce((sum, { events }) => sum + events, 0)
  return {
    dryRun: true as const,
    consumer,
    total,
    passedOver: matching - total,
    byTopic: preview.byTopic.map((one) => ({ ...one, handlers: [...one.handlers] })),
    effects,
    muted: effects === 'muted' ? [...MUTED] : [],
    seconds: Math.ceil(total / eventsPerSecond),
  }
}
