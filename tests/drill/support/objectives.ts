import type { Expected } from '../drill.ts'

/** How fast each of an objective's four rules has to go, so that its shortest window is a minute at most. */
const speeds = [
  ['14.4', 12],
  ['6', 60],
  ['3', 180],
  ['1', 360],
] as const

/** All four alerts of an objective. */
export const burning = (alert: string, more: Pick<Expected, 'afterwards'> = {}): Expected[] =>
  speeds.map(([rate, speed]) => ({ alert, speed, labels: { burn_rate: rate }, ...more }))
