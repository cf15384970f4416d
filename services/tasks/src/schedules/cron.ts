import { Cron } from 'croner'

/** Ticks of one schedule that are fired in one turn; the rest follow in the next. */
const MOST_TICKS = 100

/** What comes later cannot be written as a date of four digits, and so could not be shown. */
const END_OF_TIME = Date.UTC(9999, 11, 31)

export interface Recurrence {
  readonly cron: string
  readonly timezone: string
}

/** What is wrong with a recurrence, in words; undefined when nothing is. */
export function faultOf({
  cron,
  timezone,
}: Recurrence): { field: 'cron' | 'timezone'; message: string } | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch {
    return {
      field: 'timezone',
      message: `there is no time zone ${timezone}; expected an IANA name as Europe/Paris`,
    }
  }
  try {
    if (tickAfter({ cron, timezone }, new Date())) return undefined
    return { field: 'cron', message: 'this never comes' }
  } catch (error) {
    return { field: 'cron', message: error instanceof Error ? error.message : String(error) }
  }
}

/** The first tick after a time; null when there is none. */
export const tickAfter = (recurrence: Recurrence, after: Date): Date | null =>
  nextTicks(recurrence, after, 1)[0] ?? null

export function nextTicks(recurrence: Recurrence, after: Date, count: number): Date[] {
  const ticks = new Cron(recurrence.cron, { timezone: recurrence.timezone }).nextRuns(count, after)
  return ticks.filter((tick) => tick.getTime() < END_OF_TIME)
}

/**
 * The ticks to fire now, of a schedule whose next one is `due`, and the one to wait for afterwards.
 * With `latest` what was missed while everything was down is fired once and not a hundred times.
 */
export function ticksToFire(
  recurrence: Recurrence & { missed: 'latest' | 'all' },
  due: Date,
  now: Date,
): { fire: Date[]; next: Date | null } {
  if (recurrence.missed === 'latest') {
    const [last] = new Cron(recurrence.cron, { timezone: recurrence.timezone }).previousRuns(
      1,
      new Date(now.getTime() + 1),
    )
    return { fire: [last && last > due ? last : due], next: tickAfter(recurrence, now) }
  }
  const fire: Date[] = []
  let next: Date | null = due
  while (next && next <= now && fire.length < MOST_TICKS) {
    fire.push(next)
    next = tickAfter(recurrence, next)
  }
  return { fire, next }
}
