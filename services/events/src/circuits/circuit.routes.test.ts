import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { auditRecorder } from '@alta/kit/audit/audit-recorder'
import { permissionsOf } from '@alta/kit/auth/permissions'
import { json, startApp } from '@alta/kit/http/app-under-test'
import { createTestDatabase, type TestDatabase } from '@alta/kit/testing/database'
import { emitted } from '@alta/kit/testing/deliver'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EventsSchema } from '../database/schema.ts'
import { circuitRoutes } from './circuit.routes.ts'

let db: TestDatabase<EventsSchema>
let app: Awaited<ReturnType<typeof startApp>>
const { userId, tenantId } = person()
beforeAll(async () => {
  db = await createTestDatabase<EventsSchema>('events', new URL('../database/migrations/', import.meta.url))
  app = await startApp({
    routes: circuitRoutes(),
    // Tests write the role where a token would be.
    verifyToken: async (token) => ({
      userId,
      tenantId,
      sessionId: 'test',
      roles: [token],
      permissions: permissionsOf([token], tenantId),
      token,
    }),
    audit: auditRecorder(db.database),
  })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await db.close()
})

const open = async (role: string, body: object) => {
  const authorization = `Bearer ${role}`
  return (await app.call('/api/v1/gateway/circuits/ocr/open', json(body, { authorization }))).status
}

test('a change of a circuit is allowed to operators, and noted with its reason; a refusal is noted as well', async () => {
  expect(await open('member', { reason: 'for fun' })).toBe(403)
  expect(await open('operator', { reason: 'it is being repaired' })).toBe(204)
  const entries = await emitted(db.admin, auditRecorded)
  expect(entries).toMatchObject([
    { action: 'POST /api/v1/gateway/circuits/:upstream/open', outcome: 'denied', code: 'forbidden' },
    {
      action: 'POST /api/v1/gateway/circuits/:upstream/open',
      outcome: 'allowed',
      actor: { userId },
      resources: [
        { name: 'upstream', id: 'ocr' },
        { name: 'reason', id: 'it is being repaired' },
      ],
    },
  ])
})

test.each([{}, { reason: '' }, { reason: ' ' }, { reason: 'x'.repeat(101) }])(
  '%j is no reason',
  async (body) => {
    expect(await open('operator', body)).toBe(400)
  },
)
