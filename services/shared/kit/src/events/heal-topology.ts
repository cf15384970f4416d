import type { ChannelModel } from 'amqplib'
import { log } from '../telemetry/log.ts'
import { relayMetrics } from './outbox-metrics.ts'
import { assertTopology, bindAll, type Topology } from './topology.ts'
import { lostParts, partsOf, placeWitnesses, removeWitnesses, topicsThrough } from './witnesses.ts'

/**
 * Looks whether a queue or an exchange was deleted since the last look. If so, declares everything again and has
 * the events published once more that may have been in it; subscribers know those that they have handled.
 * Bindings are made anew in every case: one that somebody took away leaves no trace, and what was published
 * meanwhile is in the event store alone.
 *
 * Each step can be the last one of this process: the witness that ends the matter is placed after the events are
 * back in the outbox, and a provisional one tells whether the part was deleted once more in the meantime.
 *
 * @param appId whose witnesses these are; its replicas share them
 * @param began when this session did, by `performance.now()`, as long as nothing was looked at in it
 * @param publishAgain puts the published events of these topics back into the outbox. What was published within its
 *   last so many seconds was lost by nobody: it was published while all of this was declared for the first time
 * @returns whether something was lost
 */
export async function healTopology(options: {
  connection: ChannelModel
  appId: string
  /** Differs for every process. */
  owner: string
  topology: Topology
  began: number | undefined
  publishAgain: (topics: string[], ofThisSession: number) => Promise<void>
}): Promise<boolean> {
  const { connection, appId, topology, began } = options
  const parts = partsOf(topology)
  const lost = await lostParts(connection, appId, parts)
  if (lost.length === 0) {
    await bindAll(connection, topology)
    return false
  }
  const healing = `${appId}.${options.owner}`
  // All of them: the first start on this broker, or a broker that has begun anew.
  const isAll = lost.length === parts.length
  if (isAll) log.info({ parts: parts.length }, 'declaring every exchange and queue')
  else
    log.warn(
      { lost: lost.map(({ name }) => name) },
      'queues or exchanges are new or were lost; declaring them',
    )
  await assertTopology(connection, topology)
  await placeWitnesses(connection, healing, lost, { durable: false })
  const ofThisSession = isAll && began !== undefined ? (performance.now() - began) / 1_000 : 0
  await options.publishAgain(topicsThrough(topology, lost), ofThisSession)
  await placeWitnesses(connection, appId, lost, { durable: true })
  const again = await lostParts(connection, healing, lost)
  if (again.length > 0) await removeWitnesses(connection, appId, again)
  await removeWitnesses(connection, healing, lost)
  relayMetrics.partsLost.inc(lost.length)
  return true
}
