import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { SPEED_LABEL } from '../../platform/src/observe/sped-up.ts'
import type { Expected } from './drill.ts'

const answer = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.record(z.string(), z.string()) })),
  }),
})

const vector = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
})

/** What Prometheus has for an expression now, one value for each series. */
export async function valuesOf(prometheus: string, query: string): Promise<number[]> {
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query })}`)
  return vector.parse(await response.json()).data.result.map(({ value: [, value] }) => Number(value))
}

/** Labels of an alert that fires, `alertname` among them. */
type Firing = Readonly<Record<string, string>>

async function firing(prometheus: string): Promise<Firing[]> {
  const response = await fetch(`${prometheus}/api/v1/alerts`)
  const { alerts } = answer.parse(await response.json()).data
  return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels)
}

const isThe = ({ alert, speed = 1, labels = {} }: Expected, found: Firing): boolean =>
  found.alertname === alert &&
  (found[SPEED_LABEL] ?? '1') === String(speed) &&
  Object.entries(labels).every(([name, value]) => found[name] === value)

/** `UploadsNotAccepted (burn rate 6)`: what tells one expected alert from another. */
export const nameOf = ({ alert, labels }: Expected): string =>
  labels?.burn_rate ? `${alert} (burn rate ${labels.burn_rate})` : alert

/**
 * Waits until all of these fire, or none of them does.
 * @returns seconds since `began` for each by its name; missing are those that have not come to it
 */
export async function untilAlerts(
  prometheus: string,
  expected: readonly Expected[],
  wanted: 'fire' | 'are over',
  { began, patience }: { began: number; patience: number },
): Promise<Map<string, number>> {
  const seen = new Map<string, number>()
  const end = Date.now() + patience * 1_000
  while (seen.size < expected.length && Date.now() < end) {
    const now = await firing(prometheus)
    for (const one of expected) {
      if (seen.has(nameOf(one))) continue
      if (now.some((found) => isThe(one, found)) === (wanted === 'fire'))
        seen.set(nameOf(one), (Date.now() - began) / 1_000)
    }
    if (seen.size < expected.length) await delay(500)
  }
  return seen
}

/** Alerts at their written speed that fire besides those expected, each with whom it is about. */
export async function othersFiring(prometheus: string, expected: readonly Expected[]): Promise<string[]> {
  const names = new Set(expected.map(({ alert }) => alert))
  const others = (await firing(prometheus)).filter(
    (found) => found[SPEED_LABEL] === undefined && !names.has(found.alertname ?? ''),
  )
  const words = others.map(({ alertname, job, app_id, queue, burn_rate }) => {
    const whom = queue ?? app_id ?? job ?? (burn_rate && `burn rate ${burn_rate}`)
    return whom ? `${alertname} (${whom})` : `${alertname}`
  })
  return [...new Set(words)].sort()
}
