import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { conflict, notFound } from '@alta/kit/errors'
import type { EventsSchema } from '../database/schema.ts'
import {
  deleteGeneration,
  ensureModel,
  findGenerations,
  type Generations,
  insertBuilding,
  lockGenerations,
  makeActive,
} from './generation.repository.ts'
import type { Comparison, ReadModel } from './read-model.ts'

/** Differences that are shown. */
const SHOWN = 100

export interface ReadModelState extends Generations {
  readonly name: string
  readonly title: string
  /** Undefined while the two cannot be compared: nothing is being built, or it has not caught up. */
  readonly comparison: Comparison | undefined
}

export type ReadModelService = ReturnType<typeof readModelService>

type Tx = Parameters<Parameters<Database<EventsSchema>['read']>[1]>[0]

export function readModelService(database: Database<EventsSchema>, models: readonly ReadModel[]) {
  const modelOf = (name: string): ReadModel => models.find((one) => one.name === name) ?? refuseUnknown()

  async function stateFor(
    { tenantId }: Principal,
    tx: Tx,
    model: ReadModel,
    held: Generations,
  ): Promise<ReadModelState> {
    const { active, building } = held
    const comparable = building !== undefined && building.position === active.position
    const between = { active: active.generation, building: building?.generation ?? 0 }
    const comparison = comparable ? await model.compare(tx, between, { tenantId, limit: SHOWN }) : undefined
    return { ...held, name: model.name, title: model.title, comparison }
  }

  /** One change of a model that nobody feeds meanwhile; it concerns all tenants, whoever asks for it. */
  const change = (
    caller: Principal,
    name: string,
    work: (tx: Tx, model: ReadModel, held: Generations) => Promise<Generations>,
  ): Promise<ReadModelState> =>
    database.system(async ({ tx }) => {
      const model = modelOf(name)
      await ensureModel(tx, name)
      const held = (await lockGenerations(tx, name, 'wait')) ?? refuseUnknown()
      return stateFor(caller, tx, model, await work(tx, model, held))
    })

  return {
    list: (caller: Principal): Promise<ReadModelState[]> =>
      database.system(async ({ tx }) => {
        const states: ReadModelState[] = []
        for (const model of models) {
          await ensureModel(tx, model.name)
          const held = await findGenerations(tx, model.name)
          if (held) states.push(await stateFor(caller, tx, model, held))
        }
        return states
      }),

    rebuild: (caller: Principal, name: string) =>
      change(caller, name, async (tx, _model, { active, building }) => {
        if (building) {
          throw conflict('rebuild_running', `A new ${name} is being built already: switch to it or abort it.`)
        }
        const generation = active.generation + 1
        await insertBuilding(tx, name, { generation, target: active.position, startedBy: caller.userId })
        return (await findGenerations(tx, name)) ?? refuseUnknown()
      }),

    /** @param acceptDifferences whether to switch although the two say different things */
    switch: (caller: Principal, name: string, acceptDifferences: boolean) =>
      change(caller, name, async (tx, model, held) => {
        const { active, building } = held
        const { comparison } = await stateFor(caller, tx, model, held)
        if (!building) throw nothingBuilding(name)
        if (!comparison) {
          throw conflict('read_model_behind', `The new ${name} has not caught up with the old one yet.`)
        }
        if (comparison.differing > 0 && !acceptDifferences) {
          throw conflict(
            'read_model_differs',
            'The new one says other things than the old one: look first.',
            {
              extensions: { differing: comparison.differing, differences: comparison.shown },
            },
          )
        }
        await deleteGeneration(tx, name, active.generation)
        await makeActive(tx, name, building.generation)
        await model.drop(tx, active.generation)
        return { active: building, building: undefined }
      }),

    abort: (caller: Principal, name: string) =>
      change(caller, name, async (tx, model, { active, building }) => {
        if (!building) throw nothingBuilding(name)
        await deleteGeneration(tx, name, building.generation)
        await model.drop(tx, building.generation)
        return { active, building: undefined }
      }),
  }
}

const nothingBuilding = (name: string) => conflict('no_rebuild', `No new ${name} is being built.`)

function refuseUnknown(): never {
  throw notFound('read_model_not_found', 'There is no such read model.')
}
