import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { eventually } from '@alta/kit/testing/wait'
import { Client, formWith } from '../support/client.ts'
import type { Sample } from '../support/samples.ts'

const samples = (name: string): string => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url))

/** Letters that wait before people hold back: what is waited for after a fault is not to be the backlog of a slow machine. */
const MOST_WAITING = 20

/** What became of requests in a stretch of time. */
export interface Seen {
  readonly good: number
  /** Statuses that were not good, and how often; `none` where no answer came. */
  readonly bad: ReadonlyMap<string, number>
  readonly slowestMs: number
}

/**
 * Twice a second somebody uploads a letter, looks at the list of them, or at their projects, and now and then has a
 * letter read again, until told to stop.
 */
export async function users(gatewayUrl: string) {
  const ada = await new Client(gatewayUrl).register('Ada Drill')
  const signedIn = ada.staySignedIn()
  const projectId = await ada.project({ name: 'Drill' })
  const again = await ada.project({ name: 'Read again' })
  const letter = await readFile(samples('text.pdf'))
  const accepted: string[] = []
  let uploading = true
  let behind = false
  let stopped = false
  let good = 0
  let bad = new Map<string, number>()
  let slowestMs = 0

  async function once(work: () => Promise<number>): Promise<void> {
    const began = performance.now()
    // A caller of ours would see "connection refused" or "no answer".
    const status = await work().catch(() => 0)
    slowestMs = Math.max(slowestMs, performance.now() - began)
    if (status >= 200 && status < 300) good++
    else
      bad.set(
        status === 0 ? 'none' : String(status),
        (bad.get(status === 0 ? 'none' : String(status)) ?? 0) + 1,
      )
  }

  async function upload(): Promise<number> {
    const form = formWith(another(letter), 'letter.pdf')
    const { status, body } = await ada.call('POST', `/api/v1/projects/${projectId}/documents`, form)
    if (status === 201) accepted.push(body.id)
    return status
  }
  const look = async () => {
    const path = `/api/v1/documents?projectId=${projectId}&limit=${MOST_WAITING}`
    const { status, body } = await ada.call('GET', path)
    if (status === 200)
      behind =
        body.nextCursor !== null && body.items.every((one: { status: string }) => one.status !== 'approved')
    return status
  }
  const lookAround = async () => (await ada.call('GET', '/api/v1/projects')).status
  const readAgain = async () => {
    const params = { projectId: again }
    return (await ada.call('POST', '/api/v1/tasks', { type: 'document-reprocessing', params })).status
  }

  /** Each half second the next of them; every twelfth turn a task as well. */
  const turns = [upload, look, upload, lookAround]
  const working = (async () => {
    await ada.upload(again, 'documents', samples('text.pdf'))
    for (let turn = 0; !stopped; turn++) {
      const next = turns[turn % turns.length] ?? look
      if (next !== upload || (uploading && !behind)) void once(next)
      if (turn % 12 === 0) void once(readAgain)
      await delay(500)
    }
  })()
  // Told by `stop`; what nobody listens to until then would end the process.
  working.catch(() => undefined)

  return {
    /** Ids of letters that were answered with 201. */
    accepted: accepted as readonly string[],
    get uploading() {
      return uploading
    },
    /** Whether letters are uploaded; looking goes on. */
    set uploading(now: boolean) {
      uploading = now
    },
    /** So many letters at once, as somebody with a scanner. */
    async uploadMany(count: number): Promise<void> {
      await Promise.all(Array.from({ length: count }, () => once(upload)))
    },
    /** Has a recording read, to its end; it may be the same one again. */
    async read({ path, truth, resource }: Sample): Promise<void> {
      const bytes = another(await readFile(path))
      const { status, body } = await ada.insist('POST', `/api/v1/projects/${again}/${resource}`, () =>
        formWith(bytes, basename(path), { language: truth.language }),
      )
      if (status !== 201) throw new Error(`the recording was not taken: ${status} ${JSON.stringify(body)}`)
      await ada.until(resource, body.id, ['in_review', 'approved', 'failed'], 600)
    },
    /** Since this was asked last. */
    seen(): Seen {
      const seen = { good, bad, slowestMs }
      good = 0
      bad = new Map()
      slowestMs = 0
      return seen
    },
    /** Seconds until a letter that is uploaded now is read and approved. */
    async carriedThrough(seconds: number): Promise<number> {
      const began = performance.now()
      const before = accepted.length
      await eventually('a letter is accepted', () => accepted.length > before, seconds)
      const id = accepted.at(-1)
      await eventually('it is approved', async () => (await statusOf(id)) === 'approved', seconds)
      return (performance.now() - began) / 1_000
    },
    async stop() {
      stopped = true
      signedIn[Symbol.dispose]()
      await working
      // Requests that are under way are answered, or given up.
      await delay(5_000)
    },
    /** Of everything that was accepted: approved, not yet, and rows that nobody was told of. */
    async balance(seconds: number): Promise<{ accepted: number; approved: number; unknown: number }> {
      // Who has stopped stays signed in no longer.
      await ada.signIn()
      const count = async () => {
        const known = new Set(accepted)
        let approved = 0
        let unknown = 0
        let cursor: string | null = null
        do {
          const path: string = `/api/v1/documents?projectId=${projectId}&limit=100${cursor ? `&cursor=${cursor}` : ''}`
          const { body } = await ada.call('GET', path)
          for (const { id, status } of body.items) {
            if (!known.delete(id)) unknown++
            else if (status === 'approved') approved++
          }
          cursor = body.nextCursor
        } while (cursor)
        return { accepted: accepted.length, approved, unknown }
      }
      return eventually(
        'everything accepted is approved',
        async () => {
          const sums = await count()
          return sums.approved === sums.accepted && sums
        },
        seconds,
      ).catch(count)
    },
  }

  async function statusOf(id: string | undefined): Promise<string> {
    return (await ada.call('GET', `/api/v1/documents/${id}`)).body.status
  }
}

export type Users = Awaited<ReturnType<typeof users>>

/** Other bytes each time, or it would be refused as a duplicate: readers ignore what comes after the end. */
const another = (file: Buffer): Buffer => Buffer.concat([file, Buffer.from(`\n% ${randomUUID()}\n`)])
