import type { Rule } from './expressions.ts'

/** A rule as it would be if time went faster: for faults that nobody can wait for. */
export interface SpedUp {
  readonly alert: string
  /** By what every duration is divided. */
  readonly speed: number
}

/** Label of the copies, so that they are not taken for the rules themselves. */
export const SPEED_LABEL = 'sped_up'

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Prometheus takes whole numbers only. */
function divided(duration: string, speed: number): string {
  const [, number = '', unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? []
  const seconds = Number(number) * (secondsIn[unit] ?? Number.NaN)
  if (Number.isNaN(seconds)) throw new Error(`${duration} is no duration of one number and one of s, m, h, d`)
  return `${Math.max(1, Math.round((seconds * 1_000) / speed))}ms`
}

/** A whole number of a minute or more that something is compared with is an age; nothing else of ours is so large. */
const age = /([<>] )(\d{2,})(?![\d.])/g

const faster = (expr: string, speed: number): string =>
  expr
    .replace(/\[(\d+[smhd])\]/g, (_all, range: string) => `[${divided(range, speed)}]`)
    .replace(/\boffset (\d+[smhd])\b/g, (_all, offset: string) => `offset ${divided(offset, speed)}`)
    .replace(age, (all, sign: string, seconds: string) =>
      Number(seconds) < 60 ? all : `${sign}${Number(seconds) / speed}`,
    )
    // What the copies record must not be mixed with what the rules record.
    .replaceAll('alta:', `alta_${speed}:`)

/**
 * Copies of alerts, and of everything that is recorded for them, with every range, offset, age and `for` divided. The
 * expressions stay what they are, so a real fault meets them; thresholds that are no ages stay too.
 */
export function spedUp(rules: readonly Rule[], wanted: readonly SpedUp[]): { groups: object[] } {
  const speeds = [...new Set(wanted.map(({ speed }) => speed))].sort((a, b) => a - b)
  return {
    groups: speeds.map((speed) => {
      const names = new Set(wanted.filter((one) => one.speed === speed).map(({ alert }) => alert))
      const alerts = rules.filter(({ alert }) => alert !== undefined && names.has(alert))
      const isRecorded = alerts.some(({ expr }) => expr.includes('alta:'))
      const needed = isRecorded ? rules.filter(({ record }) => record !== undefined) : []
      return {
        name: `sped up ${speed} times`,
        rules: [...needed, ...alerts].map(({ alert, record, expr, for: held, labels }) => ({
          ...(alert ? { alert, labels: { ...labels, [SPEED_LABEL]: String(speed) } } : {}),
          ...(record ? { record: record.replace('alta:', `alta_${speed}:`), labels } : {}),
          expr: faster(expr, speed),
          ...(held ? { for: divided(held, speed) } : {}),
        })),
      }
    }),
  }
}
