import type { z } from 'zod'

/**
 * What crosses between services: one of these per file under `events/`.
 * The topic is also the name of the exchange, of the subscription's route and of the log field,
 * so one search for it finds the contract, its emitters and its handlers.
 */
export interface EventContract<Data = unknown> {
  /** `noun.past-tense.vN`; a command is `noun.verb-requested.vN`. */
  readonly topic: string
  /** CloudEvents `type`: reverse DNS in front of the topic. */
  readonly type: string
  /** App-id of the only service that may emit it; `every service` for the platform's own. */
  readonly owner: string
  /** One sentence in the present tense, shown in the event table. */
  readonly summary: string
  readonly schema: z.ZodType<Data>
  /** A valid `data`; shown in docs and beside rejected events. */
  readonly example: Data
  /** CloudEvents `subject`: the id of the entity that the event is about. */
  readonly subject: (data: Data) => string
  /** A slow command: its workers take one or two at a time (see `prefetch` in the topology). */
  readonly slow: boolean
}

/**
 * Declares an event contract.
 * @throws {Error} when the topic does not follow `noun.past-tense.vN` or the example breaks the schema;
 *   both are mistakes in this repository and stop whatever imports the contract.
 */
export function event<Data>(definition: {
  topic: string
  owner: string
  summary: string
  schema: z.ZodType<Data>
  example: NoInfer<Data>
  subject: (data: NoInfer<Data>) => string
  slow?: boolean
}): EventContract<Data> {
  if (!/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*$/.test(definition.topic)) {
    throw new Error(`"${definition.topic}" is not of the form noun.past-tense.vN`)
  }
  return {
    slow: false,
    ...definition,
    type: `io.alta.${definition.topic}`,
    example: definition.schema.parse(definition.example),
  }
}
