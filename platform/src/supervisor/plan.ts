import { join } from 'node:path'
import type { Command } from './child.ts'

/** A process of the plan with what `make status` shows and asks. */
export interface Planned extends Command {
  readonly service: string
  readonly kind: 'service' | 'sidecar'
  readonly port: number
  readonly readyUrl: string
}

/** Everything that one supervisor keeps running. */
export interface Plan {
  readonly id: string
  readonly home: string
  readonly gatewayUrl: string
  readonly addresses: Readonly<Record<string, string>>
  /** Digest of `.env` as the services got it. */
  readonly settings: string
  readonly processes: readonly Planned[]
  /** Source folders: a change under one restarts these services (`make dev`). */
  readonly watch: readonly { folder: string; services: readonly string[] }[]
}

export const logOf = (logs: string, name: string): string => join(logs, `${name}.log`)
