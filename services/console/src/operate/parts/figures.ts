import { currentLanguage } from '../../text/text.ts'

/** A count as people read it: 1,240. */
export const count = (value: number): string => new Intl.NumberFormat(currentLanguage()).format(value)

/** A share as people read it: 0.3 is 30 %. */
export const percent = (share: number): string =>
  new Intl.NumberFormat(currentLanguage(), { style: 'percent', maximumFractionDigits: 1 }).format(share)

/** A length of time in its two largest units: `3 min 20 s`. Undefined and null are a dash. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–'
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const
  let left = Math.round(seconds)
  const parts: string[] = []
  for (const [unit, length] of units) {
    const whole = Math.floor(left / length)
    left -= whole * length
    if (whole > 0 || (parts.length > 0 && parts.length < 2)) parts.push(`${whole} ${unit}`)
    if (parts.length === 2) break
  }
  return parts.filter((part, index) => index === 0 || !part.startsWith('0 ')).join(' ') || '0 s'
}

export const milliseconds = (value: number | null): string =>
  value === null ? '–' : value < 1_000 ? `${Math.round(value)} ms` : duration(value / 1_000)
