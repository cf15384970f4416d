import type { CloudEvent } from '@alta/contracts/cloud-event'
import { auditRecorder } from '@alta/kit/audit/audit-recorder'
import { permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import { idempotencyStore } from '@alta/kit/database/idempotency'
import { startApp } from '@alta/kit/http/app-under-test'
import { createTestDatabase } from '@alta/kit/testing/database'
import { deliverAll } from '@alta/kit/testing/deliver'
import type { Person } from '@alta/kit/testing/person'
import { analyticsParts } from './analytics.ts'
import type { Schema } from './database/schema.ts'
import { type FactTable, factTableNames, factTables } from './model/fact.tables.ts'
import { takeEvents } from './model/take-events.ts'
import type { Replays } from './rebuild/replays.ts'
import { subscriptions } from './subscriptions.ts'

/** The last day that tests look at; nothing here waits for a real one. */
const today = '2026-11-30'

const prices = {
  currency: 'USD',
  engines: [
    { engine: 'google-document-ai', perPage: 0.0015, perMinute: 0 },
    { engine: 'google-speech', perPage: 0, perMinute: 0.024 },
  ],
}

const noReplays: Replays = {
  start: () => Promise.resolve(undefined),
  get: () => Promise.reject(new Error('there is no replay')),
  stop: () => Promise.reject(new Error('there is no replay')),
}

async function principalOf(token: string): Promise<Principal> {
  // Made by `call` below.
  const { userId, tenantId, roles } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Person
  return { userId, tenantId, sessionId: 'test', roles, permissions: permissionsOf(roles, tenantId), token }
}

/** The service on a real PostgreSQL, its routes on a real port. @param replays what the events service would do */
export async function startAnalytics(replays: Replays = noReplays) {
  const test = await createTestDatabase<Schema>(
    'analytics',
    new URL('./database/migrations/', import.meta.url),
  )
  const { database, admin } = test
  const clock = () => new Date(`${today}T12:00:00Z`)
  const { routes, background } = analyticsParts({ database, replays, prices, clock })
  const app = await startApp({
    routes,
    verifyToken: principalOf,
    audit: auditRecorder(database),
    idempotency: idempotencyStore(database),
  })

  async function call(who: Person | undefined, method: string, path: string, more: RequestInit = {}) {
    const token = who && Buffer.from(JSON.stringify(who)).toString('base64url')
    const headers = { ...(token ? { authorization: `Bearer ${token}` } : {}), ...more.headers }
    return app.call(`/api/v1/analytics${path}`, { ...more, method, headers })
  }
  async function answered(answer: Response) {
    // Tests look into answers freely; each expectation says what must be there.
    return { status: answer.status, body: JSON.parse((await answer.text()) || 'null') }
  }

  return {
    ...test,
    call,
    deliver: deliverAll(database, subscriptions()),
    get: async (who: Person | undefined, path: string) => answered(await call(who, 'GET', path)),
    post: async (who: Person | undefined, path: string, body?: object) =>
      answered(
        await call(who, 'POST', path, {
          ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
        }),
      ),

    /** Events of one tenant, without the way here. */
    take: (...events: CloudEvent[]) =>
      database.transaction(events[0]?.tenantid ?? '', ({ tx }) => takeEvents(events, tx)),

    /** All facts of one generation, in the order of their keys, without the number of the generation. */
    async facts(generation = 1) {
      const found = {} as Record<FactTable, Record<string, unknown>[]>
      for (const table of factTableNames) {
        const keys = Object.keys(factTables[table].key).join(', ')
        const { rows } = await admin.query(
          `select * from ${table} where generation = $1 order by tenant_id, ${keys}`,
          [generation],
        )
        found[table] = rows.map(({ generation: _, ...row }) => row)
      }
      return found
    },

    /** One turn of what the service does again and again. */
    async turn() {
      for (const { run } of background) await run()
    },
    async reset() {
      await admin.query(
        `truncate ${factTableNames.join(', ')}, projects, members, read_model_generations, inbox_messages, outbox_events`,
      )
    },
    async close() {
      await app[Symbol.asyncDispose]()
      await test.close()
    },
  }
}

export type TestAnalytics = Awaited<ReturnType<typeof startAnalytics>>
