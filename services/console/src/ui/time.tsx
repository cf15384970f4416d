import { useSyncExternalStore } from 'react'
import { currentLanguage } from '../text/text.ts'

const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** "3 minutes ago", "in 2 hours". @param now milliseconds since 1970 */
export function relativeTime(time: string, now: number, language: string): string {
  const seconds = (Date.parse(time) - now) / 1000
  const [unit, length] = units.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1]
  return formatOf(language).format(Math.trunc(seconds / length), unit)
}

/** Making one takes longer than all that is written with it. */
const formats = new Map<string, Intl.RelativeTimeFormat>()
function formatOf(language: string): Intl.RelativeTimeFormat {
  const format = formats.get(language) ?? new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  formats.set(language, format)
  return format
}

const LOOK = 5_000
const lookers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** All look at the clock together, and often enough for seconds to be true within a few. */
function onLook(look: () => void): () => void {
  lookers.add(look)
  timer ??= setInterval(() => {
    for (const each of lookers) each()
  }, LOOK)
  return () => {
    lookers.delete(look)
    if (lookers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** A moment as people say it; the exact time on hover. @param at ISO 8601 */
export function Time({ at }: { at: string }) {
  // By now, and not by the last look: what came since would lie in the future.
  const shown = useSyncExternalStore(onLook, () => relativeTime(at, Date.now(), currentLanguage()))
  const exact = new Intl.DateTimeFormat(currentLanguage(), { dateStyle: 'medium', timeStyle: 'medium' })
  return (
    <time dateTime={at} title={exact.format(new Date(at))}>
      {shown}
    </time>
  )
}
