import type { Database } from '@alta/kit/database/database'
import { registry } from '@alta/kit/telemetry/metrics'
import { sql } from 'kysely'
import { Gauge } from 'prom-client'
import type { DeadLettersSchema } from './dead-letter.tables.ts'

const open = new Gauge({
  name: 'alta_dead_letters_open',
  help: 'Dead letters that nobody has decided on, by the service that could not handle them',
  labelNames: ['app_id'] as const,
  registers: [registry],
})
const oldest = new Gauge({
  name: 'alta_dead_letter_oldest_seconds',
  help: 'Since the oldest of them was filed',
  registers: [registry],
})
const filed = new Gauge({
  name: 'alta_dead_letters_filed',
  help: 'Dead letters filed within the last hour, decided on or not',
  registers: [registry],
})

/** What was delivered without being an event may name anybody as its handler. */
const MOST_APPS = 30
let shown: readonly string[] = []

/** Every replica shows the same. A service whose last one is gone goes on being shown, with 0. */
export async function countDeadLetters(database: Database<DeadLettersSchema>): Promise<void> {
  const { rows } = await database.system(({ tx }) =>
    sql<{ app: string; waiting: number; seconds: number }>`
      select app, count(*)::int as waiting, extract(epoch from now() - min(filed_at))::float8 as seconds
      from dead_letters where status = 'open'
      group by app order by waiting desc limit ${MOST_APPS}`.execute(tx),
  )
  const { rows: recent } = await database.system(({ tx }) =>
    sql<{ filed: number }>`
      select count(*)::int as filed from dead_letters where filed_at > now() - interval '1 hour'`.execute(tx),
  )
  const apps = [...new Set([...rows.map(({ app }) => app), ...shown])].slice(0, MOST_APPS)
  open.reset()
  for (const app of apps) open.set({ app_id: app }, rows.find((row) => row.app === app)?.waiting ?? 0)
  shown = apps
  oldest.set(Math.max(0, ...rows.map(({ seconds }) => seconds)))
  filed.set(recent[0]?.filed ?? 0)
}
