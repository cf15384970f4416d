import { permissionsOf } from '@alta/kit/auth/permissions'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { startApp } from '@alta/kit/http/app-under-test'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { createTestDatabase } from '@alta/kit/testing/database'
import { analyticsParts } from '../../services/analytics/src/analytics.ts'
import { findMetrics } from '../../services/analytics/src/dashboard/metrics.ts'
import type { Schema } from '../../services/analytics/src/database/schema.ts'
import { takeEvents } from '../../services/analytics/src/model/take-events.ts'
import { findGenerations } from '../../services/analytics/src/rebuild/generation.repository.ts'
import { spanOf } from '../../services/analytics/src/series/window.ts'
import { slowestStatement } from './analytics/slowest-statement.ts'
import { projects, yearOfEvents } from './analytics/year-of-events.ts'
import { short } from './config.ts'
import { milliseconds, now, percentile, perSecond } from './figures.ts'
import type { Section } from './report.ts'

const EVENTS = short ? 50_000 : 1_000_000
const CALLS = short ? 20 : 100
/** Of what takes longest. */
const CALLS_OF_A_YEAR = short ? 5 : 20
/** Events of one transaction, as many as arrive together under load. */
const BATCH = 500

const until = new Date('2026-11-30T00:00:00Z')
const from = '2025-12-01'
const noReplays = { start: async () => undefined, get: () => Promise.reject(), stop: () => Promise.reject() }
const prices = { currency: 'USD', engines: [{ engine: 'google-document-ai', perPage: 0.0015, perMinute: 0 }] }

/** The dashboard over a year of events that were counted by the service's own handler. */
export async function benchAnalytics(say: (text: string) => void): Promise<Section> {
  const folder = new URL('../../services/analytics/src/database/migrations/', import.meta.url)
  const test = await createTestDatabase<Schema>('analytics', folder)
  const { database, admin } = test
  const parts = analyticsParts({ database, replays: noReplays, prices, clock: () => until })
  const app = await startApp({
    routes: parts.routes,
    // The token is the tenant: signatures are measured elsewhere.
    verifyToken: async (token) => ({
      ...{ userId: randomUUIDv7(), tenantId: token, sessionId: 'bench', roles: ['admin'], token },
      permissions: permissionsOf(['admin'], token),
    }),
  })
  try {
    await admin.query(`insert into projects select id, $1, 'Letters', 1, null from unnest($2::uuid[]) id`, [
      DEFAULT_TENANT,
      projects,
    ])
    const began = now()
    let taken = 0
    for (const day of yearOfEvents(EVENTS, until)) {
      for (let start = 0; start < day.length; start += BATCH) {
        const batch = day.slice(start, start + BATCH)
        await database.transaction(DEFAULT_TENANT, ({ tx }) => takeEvents(batch, tx))
      }
      taken += day.length
    }
    const rate = (taken * 1_000) / (now() - began)
    say(`${taken} events are counted, ${perSecond(rate)}/s`)
    await admin.query('vacuum analyze')

    const call = async (
      query: string,
      tenant = DEFAULT_TENANT,
      calls = CALLS,
    ): Promise<readonly number[]> => {
      const took: number[] = []
      for (let turn = -2; turn < calls; turn += 1) {
        const start = now()
        const headers = { authorization: `Bearer ${tenant}` }
        const answer = await app.call(`/api/v1/analytics/dashboard${query}`, { headers })
        if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`)
        await answer.arrayBuffer()
        if (turn >= 0) took.push(now() - start)
      }
      return took
    }
    const cells = (took: readonly number[]) => [0.5, 0.95].map((part) => milliseconds(percentile(took, part)))
    const rows = [
      ['thirty days of the tenant', ...cells(await call(''))],
      ['thirty days of one project of forty', ...cells(await call(`?projectId=${projects[0]}`))],
      [
        'the whole year of the tenant',
        ...cells(await call(`?from=${from}`, DEFAULT_TENANT, CALLS_OF_A_YEAR)),
      ],
      ['floor: a tenant of whom there is nothing', ...cells(await call('', randomUUIDv7()))],
    ]
    const plan = await database.read(DEFAULT_TENANT, async (tx) => {
      const { active } = await findGenerations(tx, DEFAULT_TENANT)
      const { generation } = active
      const window = { ...spanOf({}, until), tenantId: DEFAULT_TENANT, generation, projects: undefined }
      return slowestStatement(tx, (explaining) => findMetrics(explaining, window, prices))
    })
    return {
      title: 'Figures: the dashboard over a year of events',
      columns: ['dashboard', 'p50 ms', 'p95 ms'],
      rows,
      plan: plan.text,
      notes: [
        `${taken.toLocaleString('en')} events of 365 days, ${await sizes(admin)}, by one caller ${CALLS} times each, the year ${CALLS_OF_A_YEAR} times, over HTTP and without gateway and sidecar.`,
        `The events were counted by the handler itself, ${BATCH} in a transaction by one writer: ${perSecond(rate)}/s with the disk’s confirmation, without inbox rows.`,
        `Below is the plan of the slowest statement of the dashboard of thirty days, ${milliseconds(plan.took)} ms of it while it was explained.`,
      ],
    }
  } finally {
    await app[Symbol.asyncDispose]()
    await test.close()
  }
}

/** What the events became. */
async function sizes(admin: {
  query(text: string): Promise<{ rows: Record<string, string>[] }>
}): Promise<string> {
  const { rows } = await admin.query(`
    select (select count(*) from uploads) as uploads, (select count(*) from readings) as readings,
      (select count(*) from verdicts) as verdicts`)
  const [counts = {}] = rows
  return Object.entries(counts)
    .map(([table, count]) => `${Number(count).toLocaleString('en')} ${table}`)
    .join(', ')
}
