import type { AuditEntry } from '@alta/contracts/resources/audit'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAudit, type TestAudit } from './audit.fixture.ts'

const ada = person()
const eve = person()
const operator = person({ roles: ['operator'] })
const actorOf = ({ userId }: { userId: string }) => ({ userId, sessionId: 's', roles: [] })
const refusal: Partial<AuditEntry> = {
  actor: actorOf(ada),
  action: 'PATCH /api/v1/projects/:id',
  outcome: 'denied',
  code: 'project_role_required',
  rule: 'project owner',
  needed: 'the role owner in the project',
}

let audit: TestAudit
beforeAll(async () => {
  audit = await startAudit()
  await audit.record({ ...refusal, requestId: 'refused-1' })
  await audit.record({ ...refusal, requestId: 'refused-1', actor: actorOf(eve) })
  await audit.record({
    ...refusal,
    requestId: 'refused-1',
    count: 3,
    furtherRequests: ['refused-2', 'refused-3'],
  })
  await audit.record({ requestId: 'allowed-1', actor: actorOf(ada) })
  const { rule: _rule, needed: _needed, ...old } = refusal
  await audit.record({ ...old, requestId: 'refused-before' })
})
afterAll(() => audit.close())
const ask = (who: Parameters<TestAudit['call']>[0], id: string) => audit.call(who, 'GET', `/decisions/${id}`)

test('whoever was refused is told which rule it was and what would have been let in', async () => {
  const { status, body } = await ask(ada, 'refused-2')
  expect(status).toBe(200)
  expect(body.items).toMatchObject([
    { rule: 'project owner', needed: 'the role owner in the project', action: refusal.action, count: 3 },
  ])
  // Where they came from and what with is nothing that an explanation needs.
  expect(body.items[0]).not.toHaveProperty('address')
})

test('others see their own refusals alone, whoever may read the log all', async () => {
  const actors = async (who: typeof ada) =>
    (await ask(who, 'refused-1')).body.items.map((item: { actor: { userId: string } }) => item.actor.userId)
  expect(await actors(eve)).toEqual([eve.userId])
  expect(await actors(operator)).toEqual([ada.userId, eve.userId, ada.userId])
  expect((await ask(eve, 'refused-3')).body).toMatchObject({ status: 404, code: 'decision_not_found' })
  const elsewhere = person({ roles: ['admin'], tenantId: randomUUIDv7() })
  expect((await ask(elsewhere, 'refused-3')).status).toBe(404)
  expect((await ask(undefined, 'refused-3')).status).toBe(401)
})

test('what was allowed, and what nobody asked for, has no decision; a refusal from before has no rule', async () => {
  for (const id of ['allowed-1', 'never', "';drop table audit_entries;--"])
    expect((await ask(operator, encodeURIComponent(id))).status).toBe(404)
  expect((await ask(operator, '%00')).status).toBe(400)
  expect((await ask(ada, 'refused-before')).body.items).toMatchObject([{ rule: null, needed: null }])
})

test('an entry that is delivered twice is looked up once', async () => {
  const again = { ...refusal, entryId: randomUUIDv7(), requestId: 'r', furtherRequests: ['twice', 'twice'] }
  await audit.record(again)
  await audit.record(again, { id: randomUUIDv7() })
  expect((await ask(operator, 'twice')).body.items).toHaveLength(1)
})
