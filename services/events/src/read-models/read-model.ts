import type { Kysely } from 'kysely'
import type { EventsSchema } from '../database/schema.ts'

type Tx = Kysely<EventsSchema>

/** Where two generations do not say the same. */
export interface Difference {
  /** Which entry of the model, for people to read. */
  readonly entry: string
  readonly active: number | null
  readonly building: number | null
}

export interface Comparison {
  /** How many entries differ, whoever they belong to. */
  readonly differing: number
  /** The first of those that belong to one tenant. */
  readonly shown: readonly Difference[]
}

/** Something that follows from the stored events alone, so that it can be built anew from them at any time. */
export interface ReadModel {
  readonly name: string
  readonly title: string
  /**
   * Takes the next events into one or two generations that have come equally far; sees all tenants.
   * @param span events behind `after` and up to `upTo`, of which the first `limit` are taken
   * @returns how many were taken and the position of the last one; undefined when there were none
   */
  take(
    tx: Tx,
    generations: readonly number[],
    span: { after: number; upTo: number; limit: number },
  ): Promise<{ position: number; events: number } | undefined>
  compare(
    tx: Tx,
    between: { active: number; building: number },
    show: { tenantId: string; limit: number },
  ): Promise<Comparison>
  drop(tx: Tx, generation: number): Promise<void>
}
