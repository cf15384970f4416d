import type pg from 'pg'
import type { BreakableBroker, BreakablePostgres } from '../faults/support/servers.ts'
import type { Client } from '../support/client.ts'
import type { Redis } from './support/redis.ts'
import type { Users } from './users.ts'

/** The platform of the drill, and ways to what it rests on: all of it is the drill's own and may be broken. */
export interface Scene {
  /** `.alta/instances/drill`. */
  readonly home: string
  readonly postgres: BreakablePostgres
  readonly broker: BreakableBroker
  readonly redis: Redis
  /** Superuser in the platform's database. */
  readonly admin: pg.Pool
  /** Login role of a service. */
  readonly roleOf: (app: string) => string
  /** With the platform's vhost and its user. */
  readonly brokerUrl: string
  readonly vhost: string
  readonly people: Users
  /** Somebody with the role of an operator, who stays signed in. */
  readonly operator: Client
  /** Address of the Prometheus that looks at all of it. */
  readonly prometheus: string
}

/** An alert that has to fire because of a fault. */
export interface Expected {
  readonly alert: string
  /** By what every duration of its rule is divided, so that it can be waited for; 1 when missing: as it is written. */
  readonly speed?: number
  /** Of whom or what it has to speak. */
  readonly labels?: Readonly<Record<string, string>>
  /** It comes when the fault is over: then what has waited is late. */
  readonly afterwards?: true
}

/** One thing that goes wrong, and the alerts that have to say so. */
export interface Drill {
  readonly what: string
  readonly expects: readonly Expected[]
  /** Seconds that the fault lasts at least, whatever has fired by then. */
  readonly lasts?: number
  /** Why this machine cannot have it; undefined when it can. */
  cannot?(): string | undefined
  /** What has to be so before the fault, and belongs to no figure of it. */
  prepare?(scene: Scene, broken: AsyncDisposableStack): Promise<unknown>
  /** @param broken gets what makes each step good again, before the step: it may fail halfway */
  begin(scene: Scene, broken: AsyncDisposableStack): Promise<unknown>
}
