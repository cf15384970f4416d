import { type AnswerTo, answer, api } from '../../api/api.ts'

type OfEvents = AnswerTo<'/api/v1/events/read-models', 'get'>['items'][number]
type OfAnalytics = AnswerTo<'/api/v1/analytics/read-model', 'get'>

export const actions = ['rebuild', 'switch', 'abort'] as const
export type Action = (typeof actions)[number]

interface Generation {
  readonly generation: number
  readonly startedAt: string
  /** Counted, and up to which of the store; not told by every service. */
  readonly events?: number
  readonly position?: number
}

/** What a service builds from stored events, whichever service it is. */
export interface ReadModel {
  readonly name: string
  readonly title: string
  readonly active: Generation
  readonly building: (Generation & { readonly progress: number; readonly caughtUp: boolean }) | null
  readonly differing: number | null
  readonly differences: readonly {
    readonly entry: string
    readonly active: string | null
    readonly building: string | null
  }[]
  /** @param acceptDifferences of a switch alone @throws {Problem} */
  act(action: Action, acceptDifferences: boolean): Promise<unknown>
}

/** Those of the events service. */
export const findStored = async (): Promise<ReadModel[]> =>
  (await answer(api.GET('/api/v1/events/read-models'))).items.map(ofEvents)

/** The one that figures come from. @param title what it is called */
export const findFigures = async (title: string): Promise<ReadModel[]> => [
  ofAnalytics(await answer(api.GET('/api/v1/analytics/read-model')), title),
]

const text = (value: unknown): string | null => (value === null ? null : String(value))

const ofEvents = ({ name, title, active, building, differing, differences }: OfEvents): ReadModel => ({
  name,
  title,
  active,
  building,
  differing,
  differences: (differences ?? []).map((one) => ({
    entry: one.entry,
    active: text(one.active),
    building: text(one.building),
  })),
  act(action, acceptDifferences) {
    const options = { params: { path: { name } } }
    if (action === 'rebuild') return answer(api.POST('/api/v1/events/read-models/{name}/rebuild', options))
    if (action === 'abort') return answer(api.POST('/api/v1/events/read-models/{name}/abort', options))
    const body = { acceptDifferences }
    return answer(api.POST('/api/v1/events/read-models/{name}/switch', { ...options, body }))
  },
})

const ofAnalytics = (
  { active, building, differing, differences }: OfAnalytics,
  title: string,
): ReadModel => ({
  name: 'analytics',
  title,
  active,
  building,
  differing,
  differences: (differences ?? []).map((one) => ({
    entry: `${one.table} ${one.entry}`,
    active: one.active && JSON.stringify(one.active),
    building: one.building && JSON.stringify(one.building),
  })),
  act(action, acceptDifferences) {
    if (action === 'rebuild') return answer(api.POST('/api/v1/analytics/read-model/rebuild'))
    if (action === 'abort') return answer(api.POST('/api/v1/analytics/read-model/abort'))
    return answer(api.POST('/api/v1/analytics/read-model/switch', { body: { acceptDifferences } }))
  },
})
