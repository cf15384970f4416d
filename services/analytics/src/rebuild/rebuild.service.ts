import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { conflict } from '@alta/kit/errors'
import type { Schema } from '../database/schema.ts'
import { type Comparison, compareGenerations } from './compare.ts'
import {
  findGenerations,
  type Generations,
  insertBuilding,
  lockGenerations,
  noteReplay,
  setState,
} from './generation.repository.ts'
import type { Replay, Replays } from './replays.ts'

/** Differences that are shown. */
const SHOWN = 100
/** Emitters' clocks may be ahead of ours. */
const AHEAD = 86_400_000

export interface ReadModelState extends Generations {
  /** Undefined while nothing is being built, when nothing was stored, and when it was too long ago. */
  readonly replay: Replay | undefined
  readonly caughtUp: boolean
  /** Undefined while the two cannot be compared. */
  readonly comparison: Comparison | undefined
}

export type RebuildService = ReturnType<typeof rebuildService>

/** Facts of one tenant, built anew beside those in use by a replay of everything that was stored. */
export function rebuildService(options: { database: Database<Schema>; replays: Replays; clock: () => Date }) {
  const { database, replays, clock } = options

  /** Asked before a transaction and not within: nobody waits for another service with rows locked. */
  async function replayOf({ building }: Generations): Promise<Replay | undefined> {
    return building?.replayId ? replays.get(building.replayId) : undefined
  }

  const isDone = ({ building }: Generations, replay: Replay | undefined): boolean =>
    building?.asked === true && (building.replayId === null || replay?.state === 'completed')

  const find = (tenantId: string) => database.read(tenantId, (tx) => findGenerations(tx, tenantId))

  async function state(tenantId: string): Promise<ReadModelState> {
    const held = await find(tenantId)
    const { active, building } = held
    const replay = await replayOf(held)
    const caughtUp = isDone(held, replay)
    const comparison =
      building && caughtUp
        ? await database.read(tenantId, (tx) =>
            compareGenerations(
              tx,
              tenantId,
              { active: active.generation, building: building.generation },
              SHOWN,
            ),
          )
        : undefined
    return { ...held, replay, caughtUp, comparison }
  }

  /** Drops the one that is being built, if it is still that one. */
  const drop = (tenantId: string, generation: number): Promise<void> =>
    database.transaction(tenantId, async ({ tx }) => {
      const { building } = await lockGenerations(tx, tenantId)
      if (building?.generation === generation) await setState(tx, tenantId, generation, 'retired')
    })

  return {
    state: ({ tenantId }: Principal) => state(tenantId),

    /** @throws {Problem} 409 `rebuild_running`, `replay_running` */
    async rebuild({ tenantId, userId }: Principal): Promise<ReadModelState> {
      // Committed before anything is sent: what happens from here on goes into both.
      const building = await database.transaction(tenantId, async ({ tx }) => {
        if ((await lockGenerations(tx, tenantId)).building) {
          throw conflict(
            'rebuild_running',
            'The figures are being built anew already: switch to them or abort.',
          )
        }
        await insertBuilding(tx, tenantId, userId)
        return (await findGenerations(tx, tenantId)).building
      })
      const generation = building?.generation ?? 0
      try {
        const replay = await replays.start(new Date(clock().getTime() + AHEAD))
        await database.transaction(tenantId, ({ tx }) =>
          noteReplay(tx, tenantId, generation, replay?.id ?? null),
        )
      } catch (error) {
        await drop(tenantId, generation)
        throw error
      }
      return state(tenantId)
    },

    /**
     * @param acceptDifferences whether to switch although the two say different things
     * @throws {Problem} 409 `no_rebuild`, `read_model_behind`, `read_model_differs`
     */
    async switch({ tenantId }: Principal, acceptDifferences: boolean): Promise<ReadModelState> {
      const before = await find(tenantId)
      const caughtUp = isDone(before, await replayOf(before))
      await database.transaction(tenantId, async ({ tx }) => {
        const { active, building } = await lockGenerations(tx, tenantId)
        if (!building || building.generation !== before.building?.generation) throw nothingBuilding()
        if (!caughtUp) {
          throw conflict('read_model_behind', 'Not everything that was stored has been counted anew yet.')
        }
        // Events of the tenant wait for as long as this takes: only where something follows from it.
        if (!acceptDifferences) {
          const pair = { active: active.generation, building: building.generation }
          const { differing, shown } = await compareGenerations(tx, tenantId, pair, SHOWN)
          if (differing > 0)
            throw conflict(
              'read_model_differs',
              'The new figures say other things than the old: look first.',
              {
                extensions: { differing, differences: shown },
              },
            )
        }
        await setState(tx, tenantId, active.generation, 'retired')
        await setState(tx, tenantId, building.generation, 'active')
      })
      return state(tenantId)
    },

    /** @throws {Problem} 409 `no_rebuild` */
    async abort({ tenantId }: Principal): Promise<ReadModelState> {
      const { building } = await find(tenantId)
      if (!building) throw nothingBuilding()
      if (building.replayId) await stopReplay(building.replayId)
      await drop(tenantId, building.generation)
      return state(tenantId)
    },
  }

  async function stopReplay(id: string): Promise<void> {
    const replay = await replays.get(id)
    if (replay && replay.state !== 'completed' && replay.state !== 'stopped') await replays.stop(id)
  }
}

const nothingBuilding = () => conflict('no_rebuild', 'No new figures are being built.')
