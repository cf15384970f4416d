import { type AnswerTo, answer, api } from '../../api/api.ts'

export type Queue = AnswerTo<'/api/v1/monitor/queues', 'get'>['items'][number]
export type Service = AnswerTo<'/api/v1/monitor/services', 'get'>['items'][number]
export type Outbox = AnswerTo<'/api/v1/monitor/outbox', 'get'>['items'][number]

/** What rests or fails comes first: a service has dozens of handlers, and few of them are looked for. */
export const byTrouble = (
  one: { readonly paused: boolean; readonly failed: number },
  other: { readonly paused: boolean; readonly failed: number },
): number => Number(other.paused) - Number(one.paused) || other.failed - one.failed

/** Milliseconds between looks at what changes all the time. */
export const LOOK = 5_000

export const queuesQuery = {
  queryKey: ['monitor', 'queues'],
  queryFn: () => answer(api.GET('/api/v1/monitor/queues')),
  refetchInterval: LOOK,
}
export const servicesQuery = {
  queryKey: ['monitor', 'services'],
  queryFn: () => answer(api.GET('/api/v1/monitor/services')),
  refetchInterval: LOOK,
}
export const outboxQuery = {
  queryKey: ['monitor', 'outbox'],
  queryFn: () => answer(api.GET('/api/v1/monitor/outbox')),
  refetchInterval: LOOK,
}

/** How far back a chart looks, and how many seconds each of its points stands for: some hundreds of points each. */
export const ranges = {
  hour: { seconds: 3_600, step: 10 },
  day: { seconds: 86_400, step: 120 },
  week: { seconds: 604_800, step: 900 },
  month: { seconds: 2_592_000, step: 3_600 },
} as const
export type Range = keyof typeof ranges
export const rangeNames = ['hour', 'day', 'week', 'month'] as const

export function historyOf(range: Range) {
  const { seconds, step } = ranges[range]
  const to = Date.now()
  return { from: new Date(to - seconds * 1_000).toISOString(), to: new Date(to).toISOString(), step }
}

/** What was counted since the start as so many a second; null where a counter began anew, or nothing is known. */
export function ratesOf(points: readonly { at: string; total: number | null }[]): (number | null)[] {
  return points.map(({ at, total }, index) => {
    const before = points[index - 1]
    if (!before || before.total === null || total === null || total < before.total) return null
    const seconds = (Date.parse(at) - Date.parse(before.at)) / 1_000
    return seconds <= 0 ? null : Number(((total - before.total) / seconds).toFixed(3))
  })
}
