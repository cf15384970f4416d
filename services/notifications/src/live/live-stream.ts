import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { RedisConfig } from '@alta/kit/config'
import { log } from '@alta/kit/telemetry/log'
import { Redis, type Result } from 'ioredis'
import { type LiveEntry, liveEntry } from './live-entry.ts'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    appendEntry(
      stream: string,
      state: string,
      entry: string,
      newEpoch: string,
      kept: number,
      mark: '' | Mark,
    ): Result<string, Context>
  }
}

/** A line without an entry: `begin` where there is no stream, `gap` where entries are missing. */
type Mark = 'begin' | 'gap'

const lua = readFileSync(new URL('append-entry.lua', import.meta.url), 'utf8')
const STREAM = 'live:stream'
const STATE = 'live:state'
/** Milliseconds that a read waits for news; a dead connection is noticed that late. */
const BLOCK_MS = 5_000

export interface StreamEntry {
  id: string
  epoch: string
  /** One more than that of the entry before. */
  number: number
  /** Undefined for the mark at the beginning of a stream. */
  entry: LiveEntry | undefined
}

/** All that Redis has. */
export interface StreamContents {
  epoch: string
  entries: StreamEntry[]
}

/** The stream through which replicas tell each other, and which remembers the last changes. */
export interface LiveStream {
  /** @throws {Error} when Redis does not take it */
  append(entry: LiveEntry): Promise<void>
  /**
   * Tells every reader, now and later, that entries are missing here.
   * @throws {Error} when Redis does not take it
   */
  appendGap(): Promise<void>
  contents(): Promise<StreamContents>
  /** Waits some seconds for entries after this one. */
  read(after: string): Promise<StreamEntry[]>
  /** For what else lives in Redis for moments. */
  redis: Redis
  /** Handlers that are still at work go on appending. */
  stopReading(): void
  close(): void
}

/** @param kept entries that stay, about */
export function openLiveStream({ REDIS_URL, REDIS_KEY_PREFIX }: RedisConfig, kept: number): LiveStream {
  const options = {
    keyPrefix: REDIS_KEY_PREFIX,
    connectTimeout: 2_000,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
  }
  const redis = new Redis(REDIS_URL, {
    ...options,
    commandTimeout: 2_000,
    scripts: { appendEntry: { lua, numberOfKeys: 2 } },
  })
  // A read that waits holds its connection.
  const reader = new Redis(REDIS_URL, { ...options, commandTimeout: 2 * BLOCK_MS })
  // Each call says what is wrong; without a listener every lost connection would be printed.
  for (const each of [redis, reader]) each.on('error', () => undefined)
  const append = (text: string, mark: '' | Mark) =>
    redis.appendEntry(STREAM, STATE, text, randomBytes(6).toString('hex'), kept, mark)

  return {
    redis,
    append: async (entry) => {
      await append(JSON.stringify(entry), '')
    },
    async appendGap() {
      await append('', 'gap')
    },
    async contents() {
      await append('', 'begin')
      const answers = await redis.multi().hget(STATE, 'epoch').xrange(STREAM, '-', '+').exec()
      const [epoch, entries] = (answers ?? []).map(([error, value]) => {
        if (error) throw error
        return value
      })
      return { epoch: String(epoch), entries: entriesOf(entries) }
    },
    async read(after) {
      const found = await reader.xread('COUNT', 200, 'BLOCK', BLOCK_MS, 'STREAMS', STREAM, after)
      return entriesOf(found?.[0]?.[1] ?? [])
    },
    stopReading: () => reader.disconnect(),
    close: () => redis.disconnect(),
  }
}

function fieldOf(pairs: unknown, name: string): string | undefined {
  if (!Array.isArray(pairs)) return undefined
  const at = pairs.indexOf(name)
  return at < 0 ? undefined : String(pairs[at + 1])
}

function entriesOf(rows: unknown): StreamEntry[] {
  // As Redis answers: [id, [field, value, …]] each.
  return (rows as [string, string[]][]).map(([id, fields]) => ({
    id,
    epoch: fieldOf(fields, 'epoch') ?? '',
    number: Number(fieldOf(fields, 'number')),
    entry: entryOf(fieldOf(fields, 'entry') ?? ''),
  }))
}

/** An entry of another version of this service that is not understood is passed over. */
function entryOf(text: string): LiveEntry | undefined {
  if (text === '') return undefined
  const read = liveEntry.safeParse(JSON.parse(text))
  if (!read.success) log.warn({ reason: read.error.message }, 'passed over a live update of an unknown form')
  return read.data
}

/** @returns below, above or 0 as for `sort`; ids are `<milliseconds>-<number>` */
export function compareIds(left: string, right: string): number {
  const [leftTime = 0, leftNumber = 0] = left.split('-').map(Number)
  const [rightTime = 0, rightNumber = 0] = right.split('-').map(Number)
  return leftTime - rightTime || leftNumber - rightNumber
}
