import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@alta/kit/testing/wait'
import { Client } from '../support/client.ts'

/** What became of requests in a stretch of time. */
export interface Seen {
  readonly good: number
  /** Statuses that were not good, and how often; `none` where no answer came. */
  readonly bad: ReadonlyMap<string, number>
  readonly slowestMs: number
}

/** Twice a second somebody uploads a letter, or looks at the list of them, until told to stop. */
export async function users(gatewayUrl: string) {
  const ada = await new Client(gatewayUrl).register('Ada Drill')
  const projectId = await ada.project({ name: 'Drill' })
  const letter = await readFile(new URL('../../samples/text.pdf', import.meta.url))
  const accepted: string[] = []
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
    // Readers of PDF ignore what comes after the end; the bytes are other ones each time.
    const bytes = Buffer.concat([letter, Buffer.from(`\n% ${randomUUID()}\n`)])
    const form = new FormData()
    form.set('file', new File([bytes], 'letter.pdf', { type: 'application/pdf' }))
    const { status, body } = await ada.call('POST', `/api/v1/projects/${projectId}/documents`, form)
    if (status === 201) accepted.push(body.id)
    if (status === 401) await ada.signIn()
    return status
  }
  const look = async () => (await ada.call('GET', `/api/v1/documents?projectId=${projectId}&limit=5`)).status

  const working = (async () => {
    for (let turn = 0; !stopped; turn++) {
      void once(turn % 2 === 0 ? upload : look)
      await delay(500)
    }
  })()

  return {
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
      await working
      // Requests that are under way are answered, or given up.
      await delay(5_000)
    },
    /** Of everything that was accepted: approved, not yet, and rows that nobody was told of. */
    async balance(seconds: number): Promise<{ accepted: number; approved: number; unknown: number }> {
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
