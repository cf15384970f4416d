import { existsSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isAlive } from '../system/processes.ts'

const processState = z.strictObject({
  /** `documents` or `documents-daprd`: also the name of its log. */
  name: z.string(),
  service: z.string(),
  kind: z.enum(['service', 'sidecar']),
  pid: z.number().int().optional(),
  port: z.number().int(),
  /** What tells that it is ready: 2xx of a GET. */
  readyUrl: z.string(),
  ready: z.boolean(),
  startedAt: z.string().optional(),
  restarts: z.number().int(),
  lastEnd: z.string().optional(),
})

const supervisorState = z.strictObject({
  id: z.string(),
  pid: z.number().int(),
  startedAt: z.string(),
  watching: z.boolean(),
  gatewayUrl: z.string(),
  /** Addresses worth knowing: name to URL. */
  addresses: z.record(z.string(), z.string()),
  /** Digest of `.env` as the services got it. */
  settings: z.string(),
  processes: z.array(processState),
})

export type ProcessState = z.infer<typeof processState>
/** `.alta/supervisor.json`: what runs, for the runner's commands and for tests that kill things. */
export type SupervisorState = z.infer<typeof supervisorState>

const path = (home: string): string => join(home, 'supervisor.json')

/** What the latest supervisor wrote down; it may be gone. Undefined when none has run since the last `make down`. */
export async function readLastState(home: string): Promise<SupervisorState | undefined> {
  if (!existsSync(path(home))) return undefined
  return supervisorState.parse(JSON.parse(await readFile(path(home), 'utf8')))
}

/** The state of the running supervisor; undefined when none runs. */
export async function readState(home: string): Promise<SupervisorState | undefined> {
  const state = await readLastState(home)
  return state && isAlive(state.pid) ? state : undefined
}

/** Written beside and renamed, so that a reader never sees half a file. */
export async function writeState(home: string, state: SupervisorState): Promise<void> {
  await writeFile(`${path(home)}.new`, `${JSON.stringify(state, null, 2)}\n`)
  await rename(`${path(home)}.new`, path(home))
}

export const removeState = (home: string): Promise<void> => rm(path(home), { force: true })
