import { useEffect, useReducer } from 'react'
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
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.trunc(seconds / length), unit)
}

/** A moment as people say it; the exact time on hover. @param at ISO 8601 */
export function Time({ at }: { at: string }) {
  const [, look] = useReducer((looks: number) => looks + 1, 0)
  useEffect(() => {
    const timer = setInterval(look, 30_000)
    return () => clearInterval(timer)
  }, [])
  const exact = new Intl.DateTimeFormat(currentLanguage(), { dateStyle: 'medium', timeStyle: 'medium' })
  return (
    <time dateTime={at} title={exact.format(new Date(at))}>
      {/* By now, and not by the last look: what came since would lie in the future. */}
      {relativeTime(at, Date.now(), currentLanguage())}
    </time>
  )
}
