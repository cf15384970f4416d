import type { Sidecar } from '../dapr/sidecar.ts'
import type { Database } from '../database/database.ts'
import type { Messaging } from '../events/messaging.ts'
import type { FileStorage } from '../storage/storage.ts'
import { Degraded, type HealthCheck } from './health.ts'

/** A full disk is seen by the writes that fail: whoever only reads is still answered. */
export const postgresCheck = <Schema>({
  pool,
  writes,
}: Pick<Database<Schema>, 'pool' | 'writes'>): HealthCheck => ({
  name: 'postgres',
  check: async () => {
    await pool.query('select 1').catch((error: unknown) => {
      // It answers, and has no room even for a new connection's file: those that are open go on.
      if (!writes.failed(error)) throw error
    })
    const reason = await writes.reason()
    if (reason !== undefined) throw new Degraded(`nothing can be stored: ${reason}`)
    return { connections: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }
  },
})

/** Builds of daprd with the patches of platform/tools/dapr/patches end so. */
const PATCHED = /-alta\.\d+$/

export const sidecarCheck = (sidecar: Pick<Sidecar, 'check' | 'version'>): HealthCheck => ({
  name: 'sidecar',
  check: async (signal) => {
    await sidecar.check(signal)
    const version = await sidecar.version(signal)
    if (version !== undefined && !PATCHED.test(version)) {
      throw new Degraded(
        `daprd ${version} takes some failed deliveries and calls for good ones (docs/decisions/0013): use Alta's build`,
      )
    }
    return version === undefined ? undefined : { version }
  },
})

export const filesCheck = (files: FileStorage): HealthCheck => ({
  name: 'files',
  check: async () => {
    await files.check()
    return undefined
  },
})

/**
 * Not needed for being ready: without a broker events wait in the outbox, and requests are answered as long as the
 * sidecar runs on, which would not come up again.
 */
export const brokerCheck = ({
  relay,
  inbox,
  brokerRefusal,
}: Pick<Messaging, 'brokerRefusal'> & {
  relay: Pick<Messaging['relay'], 'ready'>
  inbox: Pick<Messaging['inbox'], 'running'>
}): HealthCheck => ({
  name: 'broker',
  needed: false,
  check: async () => {
    const refusal = brokerRefusal()
    if (refusal !== undefined) throw new Degraded(`it takes nothing (${refusal}); events wait in the outbox`)
    if (!relay.ready) throw new Error('the relay has no connection; events wait in the outbox')
    return { handling: inbox.running }
  },
})
