import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

const answer = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.looseObject({ alertname: z.string() }) })),
  }),
})

/** Names of the alerts that fire now, each with the labels that tell whom it is about. */
export async function firing(prometheus: string): Promise<Map<string, string>> {
  const response = await fetch(`${prometheus}/api/v1/alerts`)
  const { alerts } = answer.parse(await response.json()).data
  return new Map(
    alerts
      .filter(({ state }) => state === 'firing')
      .map(({ labels }) => [labels.alertname, String(labels.job ?? labels.app_id ?? labels.queue ?? '')]),
  )
}

/** Seconds until an alert fires, or until it does not any more; undefined when that takes too long. */
export async function untilAlert(
  prometheus: string,
  name: string,
  wanted: 'fires' | 'is over',
  seconds: number,
): Promise<number | undefined> {
  const began = Date.now()
  while (Date.now() - began < seconds * 1_000) {
    if ((await firing(prometheus)).has(name) === (wanted === 'fires')) return (Date.now() - began) / 1_000
    await delay(1_000)
  }
  return undefined
}
