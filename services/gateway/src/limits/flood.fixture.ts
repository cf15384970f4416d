import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { readLimit } from './limit-setting.ts'
import { type Policy, type PolicyName, policiesOf } from './policies.ts'

interface FloodedLimit {
  name: PolicyName
  /** As in the environment. */
  limit: string
  /** Requests of each process. */
  askedPerSecond: number
}

export interface FloodSettings {
  redisUrl: string
  prefix: string
  limits: readonly FloodedLimit[]
}

/** When a decision was asked for and when it was there, in milliseconds: it was taken between these. */
export type Taken = readonly [began: number, ended: number]

/** What a process was told. */
export interface Tally {
  allowed: Partial<Record<PolicyName, Taken[]>>
  refused: Partial<Record<PolicyName, number>>
}

/** Milliseconds of the machine's clock, which all of its processes share. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

export function policyOfFlood({ name, limit }: FloodedLimit): Policy {
  const policy = policiesOf('per-second', { [name]: readLimit(limit) }).get(name)
  if (!policy) throw new Error(`${limit} is no limit`)
  return policy
}

export interface Flood extends AsyncDisposable {
  /** When the last of the processes counted with the others again; undefined while one of them does not. */
  sharedAgain(): number | undefined
  /** Ends the flood. */
  stop(): Promise<Tally>
}

/** So many gateways' limits, each in a process of its own, asked by all of them at once. */
export async function startFlood(settings: FloodSettings, gateways = 4): Promise<Flood> {
  const sharedAgain = new Map<number, number>()
  const file = fileURLToPath(new URL('./flood-process.fixture.ts', import.meta.url))
  const env = { ...process.env, SETTINGS: JSON.stringify(settings), LOG_LEVEL: 'silent' }
  const children = Array.from({ length: gateways }, () => fork(file, { env, execArgv: [] }))
  await Promise.all(children.map((child) => nextMessage(child)))
  for (const [index, child] of children.entries()) {
    child.on('message', (message: object) => {
      if ('sharedAgain' in message) sharedAgain.set(index, Number(message.sharedAgain))
    })
    child.send('flood')
  }
  return {
    sharedAgain: () => (sharedAgain.size === gateways ? Math.max(...sharedAgain.values()) : undefined),
    async stop() {
      const tallies = await Promise.all(
        children.map((child) => {
          child.send('stop')
          return nextMessage(child, 'allowed')
        }),
      )
      // What flood-process.fixture.ts sends in the end.
      return merged(tallies as unknown as Tally[])
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

/** @param key of those messages that are objects; any message unless told */
async function nextMessage(child: ChildProcess, key?: string): Promise<object> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a process of the flood has ended with ${code}`)
  })
  ended.catch(() => undefined)
  for (;;) {
    const [message] = await Promise.race([once(child, 'message'), ended])
    if (key === undefined || Object.hasOwn(Object(message), key)) return Object(message)
  }
}

function merged(tallies: readonly Tally[]): Tally {
  const all: Tally = { allowed: {}, refused: {} }
  for (const { allowed, refused } of tallies) {
    for (const [name, taken] of Object.entries(allowed) as [PolicyName, Taken[]][])
      all.allowed[name] = [...(all.allowed[name] ?? []), ...taken]
    for (const [name, count] of Object.entries(refused) as [PolicyName, number][])
      all.refused[name] = (all.refused[name] ?? 0) + count
  }
  return all
}

/** Those that were asked for and answered within that time. */
export const within = (taken: readonly Taken[], from: number, to: number): Taken[] =>
  taken.filter(([began, ended]) => began >= from && ended <= to)

/**
 * Looks at every window that begins with one decision and ends with another: how many were taken within it, less what
 * comes back in that time. A limit holds when this is its burst at most.
 * @param perSecond what comes back
 * @returns the most of all windows
 */
export function worstWindow(taken: readonly Taken[], perSecond: number): number {
  const byEnd = taken.toSorted((one, other) => one[1] - other[1])
  const began = Float64Array.from(byEnd, ([at]) => at)
  const ended = Float64Array.from(byEnd, ([, at]) => at)
  let worst = 0
  for (const from of began) {
    let count = 0
    for (let index = 0; index < ended.length; index++) {
      if ((began[index] ?? 0) < from) continue
      count++
      const over = count - (((ended[index] ?? 0) - from) * perSecond) / 1_000
      if (over > worst) worst = over
    }
  }
  return worst
}
