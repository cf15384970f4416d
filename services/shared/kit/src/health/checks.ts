import type { Pool } from 'pg'
import type { Sidecar } from '../dapr/sidecar.ts'
import type { FileStorage } from '../storage/storage.ts'
import type { HealthCheck } from './health.ts'

export const postgresCheck = (pool: Pool): HealthCheck => ({
  name: 'postgres',
  check: async () => {
    await pool.query('select 1')
    return { connections: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }
  },
})

export const sidecarCheck = (sidecar: Sidecar): HealthCheck => ({
  name: 'sidecar',
  check: async (signal) => {
    await sidecar.check(signal)
    return undefined
  },
})

export const filesCheck = (files: FileStorage): HealthCheck => ({
  name: 'files',
  check: async () => {
    await files.check()
    return undefined
  },
})
