import type { EventContract } from '@alta/contracts/event'
import { accountMailSendRequested } from '@alta/contracts/events/account-mail-send-requested.v1'
import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { taskRequested } from '@alta/contracts/events/task-requested.v1'
import { contractsByTopic } from '@alta/contracts/generated/registry'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planOf } from '../database/plan.fixture.ts'
import { startDeadLetters, type TestDeadLetters } from './dead-letters.fixture.ts'
import { countSelected, type Examinee, examine } from './examine.ts'
import type { Selection } from './selection.ts'

/** As its contract shows it. */
const eventFor = <Data>(contract: EventContract<Data>) => eventOf(contract, contract.example)

let service: TestDeadLetters
const group = randomUUIDv7()
beforeAll(async () => {
  service = await startDeadLetters()
  await service.admin.query(
    `with groups as (
       insert into dead_letter_groups (id, tenant_id, fingerprint, app, handler, topic, error_class, message, stack,
         first_seen_at, last_seen_at)
       select case when i = 1 then $2 else gen_random_uuid() end, $1, i, 'ocr', 'ocr/topic', 'topic', 'Error', '', '', now(), now()
       from generate_series(1, 100) i
       returning id)
     insert into dead_letters (id, tenant_id, group_id, kind, app, handler, topic, event, error_class, message, stack,
       attempts, first_failed_at, last_failed_at, filed_at)
     select gen_random_uuid(), $1, groups.id, 'failed', 'ocr', 'ocr/topic', 'topic', '{}', 'Error', '', '', 1, now(), now(), '2026-01-01'
     from groups, generate_series(1, 100)`,
    [DEFAULT_TENANT, group],
  )
  await service.admin.query('vacuum analyze dead_letters, dead_letter_groups')
})
afterAll(() => service.close())

test.each<[string, Selection]>([
  ['a group', { groups: [group] }],
  ['a few messages', { ids: [randomUUIDv7(), randomUUIDv7()] }],
])('counting %s does not go through all dead letters there are', async (_what, wanted) => {
  const plan = await planOf(service.database, DEFAULT_TENANT, (tx) => countSelected(tx, wanted, new Date()))
  const rows = [...plan.matchAll(/actual rows=(\d+) loops=(\d+)/g)].map(
    ([, each, times]) => Number(each) * Number(times),
  )
  expect(rows.length).toBeGreaterThan(1)
  expect(Math.max(...rows)).toBeLessThan(1_000)
  expect(plan).not.toContain('Rows Removed by Filter')
})

test.each([
  [
    'a link to a new password',
    eventFor(accountMailSendRequested),
    '/data/recipient/email',
    'eve@example.org',
  ],
  ['an entry of the audit log', eventFor(auditRecorded), '/data/actor/userId', randomUUIDv7()],
  ['a membership', eventFor(projectMemberAdded), '/data/projectId', randomUUIDv7()],
  ['a task', eventFor(taskRequested), '/data/actor/userId', randomUUIDv7()],
])('%s cannot be edited, and is retried as it is', (_what, event, path, value) => {
  const { topic, source, id } = event
  for (const kept of [{ event: JSON.stringify(event) }, { body: JSON.stringify(event) }]) {
    const letter: Examinee = {
      ...{ id: randomUUIDv7(), tenant_id: DEFAULT_TENANT, kind: 'failed', app: 'reviews', status: 'open' },
      ...{ handler: `reviews/${topic}`, topic, source, message_id: id },
      ...{ event: null, body: null, replay_id: null, edited_for: null, unanswered: false, ...kept },
    }
    expect(examine(contractsByTopic, letter, [{ op: 'replace', path, value }])).toMatchObject({
      verdict: 'invalid',
      faults: [{ path: 'topic' }],
    })
    expect(examine(contractsByTopic, letter)).toMatchObject({ verdict: 'retriable' })
  }
})

test('what was no event becomes one by a patch, but no copy for a single app, nor one that mails leave by', () => {
  const { source, ...sourceless } = eventOf(projectDeleted, projectDeleted.example)
  const letter: Examinee = {
    ...{ id: randomUUIDv7(), tenant_id: DEFAULT_TENANT, kind: 'rejected', app: 'reviews', status: 'open' },
    ...{ handler: 'reviews/project.deleted.v1', topic: projectDeleted.topic, source: null, message_id: null },
    ...{
      event: null,
      body: JSON.stringify(sourceless),
      replay_id: null,
      edited_for: null,
      unanswered: false,
    },
  }
  const repaired = { op: 'add' as const, path: '/source', value: source }
  expect(examine(contractsByTopic, letter, [repaired])).toMatchObject({
    verdict: 'retriable',
    event: { source },
  })
  for (const [name, value] of [
    ['replayfor', 'notifications'],
    ['replayid', randomUUIDv7()],
    ['effects', 'muted'],
  ] as const) {
    expect(examine(contractsByTopic, letter, [repaired, { op: 'add', path: `/${name}`, value }])).toEqual({
      verdict: 'invalid',
      faults: [{ path: name, message: 'cannot be edited' }],
    })
  }
})
