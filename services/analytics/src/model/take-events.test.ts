import type { CloudEvent } from '@alta/contracts/cloud-event'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import { DEFAULT_TENANT } from '@alta/kit/database/tenant'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAnalytics, type TestAnalytics } from '../analytics.fixture.ts'
import { type FactTable, factTableNames } from './fact.tables.ts'
import { project, reviewedDocument, sureRecording, unreadableDocument } from './story.fixture.ts'

let analytics: TestAnalytics
beforeAll(async () => {
  analytics = await startAnalytics()
})
afterAll(() => analytics.close())
beforeEach(() => analytics.reset())

/** Everything that can happen to items of a project, its verdicts taken back among it. */
function story(): CloudEvent[] {
  const projectId = randomUUIDv7()
  const ownerId = randomUUIDv7()
  const userId = randomUUIDv7()
  const once = reviewedDocument({ projectId })
  const twice = reviewedDocument({ projectId, second: randomUUIDv7(), secondCorrections: 1 })
  const change = (sequence: number) => ({ sequence: String(sequence) })
  return [
    project(projectId, { ownerId }),
    eventOf(projectUpdated, { ...projectUpdated.example, projectId, name: 'Later' }, change(2)),
    eventOf(projectMemberAdded, { projectId, userId, role: 'viewer' }, change(3)),
    eventOf(projectMemberRemoved, { projectId, userId }, change(4)),
    ...once.events,
    once.undone(3),
    ...twice.events,
    twice.deleted(),
    ...unreadableDocument({ projectId }),
    ...sureRecording({ projectId }),
    eventOf(messageFailed, messageFailed.example),
  ]
}

/** What is known of one tenant: facts, and names and members of projects. */
const known = async (tenantId: string) => {
  const rows = async (query: string) =>
    (await analytics.admin.query(`${query} where tenant_id = $1 order by 1, 2`, [tenantId])).rows
  const facts = await analytics.facts()
  const own = (table: FactTable) =>
    facts[table].filter(({ tenant_id }) => tenant_id === tenantId).map(({ tenant_id: _, ...row }) => row)
  return {
    facts: Object.fromEntries(factTableNames.map((table) => [table, own(table)])),
    projects: await rows('select project_id, name, sequence, deleted_at from projects'),
    members: await rows('select user_id, project_id, sequence, removed_at from members'),
  }
}

const of = (tenantid: string, events: readonly CloudEvent[]) =>
  events.map((event) => ({ ...event, tenantid }))

describe('the facts', () => {
  test('are the same whatever the order of the events and however often each comes', {
    timeout: 600_000,
  }, async () => {
    const events = story()
    const first = randomUUIDv7()
    await analytics.take(...of(first, events))
    const expected = await known(first)
    expect(expected.facts.readings).toHaveLength(4)
    const deliveries = fc
      .tuple(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.array(fc.constantFrom(...events), { maxLength: 20 }),
        fc.array(fc.integer({ min: 3, max: 20 }), { minLength: 1, maxLength: 10 }),
      )
      .map(([all, again, sizes]) => ({
        delivered: [...again.slice(10), ...all, ...again.slice(0, 10)],
        sizes,
      }))
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ delivered, sizes }) => {
        // Projects are known by their id alone, so each run has all to itself.
        await analytics.admin.query('delete from projects; delete from members')
        const tenantId = randomUUIDv7()
        const theirs = of(tenantId, delivered)
        for (let from = 0, turn = 0; from < theirs.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          await analytics.take(...theirs.slice(from, from + size))
          from += size
        }
        expect(await known(tenantId)).toEqual(expected)
      }),
      { numRuns: 25 },
    )
  })

  test('do not change when every message is delivered twice to the inbox, by many lanes at once', async () => {
    const events = story()
    const first = randomUUIDv7()
    await analytics.take(...of(first, events))
    const expected = await known(first)
    await analytics.reset()
    const outcomes = await Promise.all([...events, ...events].map((event) => analytics.deliver(event)))
    expect(new Set(outcomes)).toEqual(new Set(['SUCCESS']))
    expect(await known(DEFAULT_TENANT)).toEqual(expected)
  })

  test('of one tenant are not mixed with those of another', async () => {
    const tenantId = randomUUIDv7()
    const { events } = reviewedDocument({ projectId: randomUUIDv7(), tenantId })
    for (const event of [...story(), ...events]) await analytics.deliver(event)
    const { readings } = await analytics.facts()
    expect(readings.filter(({ tenant_id }) => tenant_id === tenantId)).toHaveLength(1)
    expect(
      await analytics.database.read(tenantId, (tx) => tx.selectFrom('readings').selectAll().execute()),
    ).toHaveLength(1)
  })

  test('a title with what PostgreSQL cannot keep is kept without it', async () => {
    const { events } = reviewedDocument({ projectId: randomUUIDv7(), title: 'A\0 \ud800letter' })
    await analytics.take(...events)
    expect((await analytics.facts()).uploads[0]?.title).toBe('A \ufffdletter')
  })

  test('name a stage by its first moment, and a verdict that was taken back as such', async () => {
    const { events, undone, reviewer } = reviewedDocument({
      projectId: randomUUIDv7(),
      second: randomUUIDv7(),
    })
    await analytics.take(...events, undone(3))
    const { readings, verdicts } = await analytics.facts()
    expect(readings[0]).toMatchObject({
      asked_at: new Date('2026-11-20T10:00:00Z'),
      started_at: new Date('2026-11-20T10:00:02Z'),
      read_at: new Date('2026-11-20T10:00:10Z'),
      opened_at: new Date('2026-11-20T10:00:11Z'),
      claimed_at: new Date('2026-11-20T10:01:11Z'),
      engine: 'tesseract',
      pages: 3,
    })
    expect(verdicts).toMatchObject([
      { sequence: 3, verdict: 'passed', person: reviewer, undone_by: reviewer },
      { sequence: 5, verdict: 'approved', agreed: true, undone_at: null },
    ])
  })
})
