import type { Database } from '@alta/kit/database/database'
import type { Topology } from '@alta/kit/events/topology'
import type { EventsSchema } from '../database/schema.ts'
import { estimateQueue } from './estimates.ts'
import { showQueues, showServices, showStuck } from './monitor.metrics.ts'
import type { MonitorTables } from './monitor.tables.ts'
import { latestServiceSamples, queueSamplesAfter } from './sample.repository.ts'
import { listStuck } from './stuck.repository.ts'

type Sample = MonitorTables['queue_samples']

/** Far enough back for the age of what has been waiting; what is older is at least so old. */
const LOOK_BACK_MS = 1_800_000

/**
 * Shows the newest samples as metrics. One replica samples at a time and all of them show what it saw, because nobody
 * knows which of them Prometheus will ask next. What came before is kept in memory, for the ages.
 */
export function queueWatch(database: Database<EventsSchema>, topology: Topology): () => Promise<void> {
  const moments = new Map<string, Sample[]>(topology.queues.map(({ name }) => [name, []]))
  let seen = new Date(0)

  return async () => {
    const since = new Date(Math.max(seen.getTime(), Date.now() - LOOK_BACK_MS))
    const [samples, services, stuck] = await database.system(async ({ tx }) => [
      await queueSamplesAfter(tx, since),
      await latestServiceSamples(tx),
      await listStuck(tx),
    ])
    for (const sample of samples) moments.get(sample.queue)?.push(sample)
    seen = samples.at(-1)?.at ?? since
    for (const kept of moments.values()) forget(kept, Date.now() - LOOK_BACK_MS)
    showQueues(
      topology.queues.flatMap(({ name, app, topic }) => {
        const kept = moments.get(name) ?? []
        const last = kept.at(-1)
        if (!last) return []
        return [{ ...last, app, topic, oldestSeconds: estimateQueue(kept).oldestSeconds }]
      }),
    )
    showServices(services)
    showStuck(stuck.filter(({ cleared_at }) => cleared_at === null))
  }
}

function forget(kept: Sample[], before: number): void {
  const first = kept.findIndex(({ at }) => at.getTime() >= before)
  kept.splice(0, first === -1 ? kept.length : first)
}
