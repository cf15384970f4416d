import { json } from 'node:stream/consumers'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { z } from 'zod'

/**
 * What of a service's own report the public may read. The reasons of failures stay behind, since they
 * name hosts and ports; they are in the service's report and log.
 */
const report = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  uptimeSeconds: z.number().optional(),
  components: z
    .array(
      z.object({
        name: z.string(),
        status: z.string(),
        latencyMs: z.number().optional(),
        needed: z.boolean().optional(),
        figures: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .default([]),
})

interface ServiceHealth extends Partial<z.infer<typeof report>> {
  service: string
  status: 'ok' | 'degraded' | 'unavailable'
  /** Until the service's own report was here, through both sidecars. */
  latencyMs: number
}

export interface PlatformHealth {
  /** That of the service that fares worst. */
  status: 'ok' | 'degraded' | 'unavailable'
  services: ServiceHealth[]
}

const patience = 3_000
const keptFor = 1_000

/** Asks every service for its health. One look serves all who ask within a second: it costs a call to each. */
export function platformHealth(sidecar: Sidecar, appIds: readonly string[]): () => Promise<PlatformHealth> {
  let last: { at: number; health: Promise<PlatformHealth> } | undefined

  async function look(): Promise<PlatformHealth> {
    const services = await Promise.all(appIds.map((appId) => healthOf(sidecar, appId)))
    const worst = (['unavailable', 'degraded'] as const).find((one) =>
      services.some(({ status }) => status === one),
    )
    return { status: worst ?? 'ok', services }
  }

  return () => {
    if (!last || Date.now() - last.at > keptFor) last = { at: Date.now(), health: look() }
    return last.health
  }
}

async function healthOf(sidecar: Sidecar, service: string): Promise<ServiceHealth> {
  const begun = performance.now()
  const found = await ask(sidecar, service)
  const latencyMs = Math.round((performance.now() - begun) * 10) / 10
  return { service, ...found, latencyMs }
}

async function ask(
  sidecar: Sidecar,
  service: string,
): Promise<z.infer<typeof report> | { status: 'unavailable' }> {
  try {
    const answer = await sidecar.invoke(service, '/health', { timeoutMs: patience })
    return report.parse(await json(answer.body))
  } catch {
    // That a service does not answer is what the report is about; the sidecar logs why.
    return { status: 'unavailable' }
  }
}
