import { documentApproved } from '@alta/contracts/events/document-approved.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { repeatedly } from '@alta/kit/repeatedly'
import { eventOf } from '@alta/kit/testing/deliver'
import { startRedis } from '@alta/kit/testing/own-redis'
import { type Person, person } from '@alta/kit/testing/person'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LiveClient, startLive, type TestLive } from './live.fixture.ts'
import { liveMetrics } from './live.metrics.ts'

let redis: Awaited<ReturnType<typeof startRedis>>
let live: TestLive
let jobs: { stop(): Promise<void> }[]
beforeEach(async () => {
  redis = await startRedis()
  live = await startLive({ REDIS_URL: `redis://${redis.host}` })
  jobs = live.first.background.filter(({ everySeconds }) => everySeconds < 60).map(repeatedly)
})
afterEach(async () => {
  redis.resume()
  await Promise.all(jobs.map((job) => job.stop()))
  await live.close()
  await redis.stop()
})

const approved = (projectId: string) =>
  eventOf(documentApproved, { ...documentApproved.example, documentId: randomUUIDv7(), projectId })
const refreshes = ({ messages }: LiveClient) => messages.filter(({ type }) => type === 'refresh').length
const dropped = async () => (await liveMetrics.dropped.get()).values[0]?.value ?? 0

/** What became of events, and who is known to belong to a project. */
async function inboxOf(events: readonly { id: string }[]): Promise<string[]> {
  const { rows } = await live.admin.query('select status from inbox_messages where message_id = any($1)', [
    events.map(({ id }) => id),
  ])
  return rows.map(({ status }) => status)
}
const membersOf = async (projectId: string): Promise<string[]> => {
  const { rows } = await live.admin.query(
    'select user_id from members where project_id = $1 and removed_at is null',
    [projectId],
  )
  return rows.map(({ user_id }) => user_id)
}

async function projectWithGuest(owner: Person, guest: Person): Promise<string> {
  const projectId = await live.project(owner)
  await live.tell(projectMemberAdded, { projectId, userId: guest.userId, role: 'viewer' }, { sequence: '2' })
  return projectId
}

test.each(['is silent', 'is gone'])(
  'while Redis %s members are recorded, no event waits or fails, and hints are dropped',
  async (how) => {
    const [owner, guest, newcomer] = [person(), person(), person()]
    const projectId = await projectWithGuest(owner, guest)
    const ended = await live.project(owner)
    if (how === 'is silent') redis.pause()
    else await redis.stop()
    const before = await dropped()
    const events = [
      approved(projectId),
      eventOf(projectMemberRemoved, { projectId, userId: guest.userId }, { sequence: '3' }),
      eventOf(projectMemberAdded, { projectId, userId: newcomer.userId, role: 'viewer' }, { sequence: '4' }),
      eventOf(projectDeleted, { projectId: ended }, { sequence: '2' }),
      ...Array.from({ length: 20 }, () => approved(projectId)),
    ]
    for (const event of events) expect(await live.deliver(event)).toBe('SUCCESS')
    expect(new Set(await inboxOf(events))).toEqual(new Set(['COMPLETED']))
    expect(await inboxOf(events)).toHaveLength(events.length)
    expect((await membersOf(projectId)).sort()).toEqual([owner.userId, newcomer.userId].sort())
    // The end of a project is two entries.
    expect((await dropped()) - before).toBe(events.length + 1)
  },
)

test('when Redis answers again everybody looks anew, hears on, and hears of what they belong to now', async () => {
  const [owner, guest, newcomer] = [person(), person(), person()]
  const projectId = await projectWithGuest(owner, guest)
  const clients = await Promise.all([owner, guest, newcomer].map((who) => live.connect(who)))
  const other = await live.start()
  const far = await live.connect(owner, { replica: other })
  redis.pause()
  await live.tell(projectMemberRemoved, { projectId, userId: guest.userId }, { sequence: '3' })
  await live.tell(
    projectMemberAdded,
    { projectId, userId: newcomer.userId, role: 'viewer' },
    { sequence: '4' },
  )
  const unheard = approved(projectId)
  await live.deliver(unheard)
  redis.resume()
  for (const client of [...clients, far])
    await expect.poll(() => refreshes(client), { timeout: 20_000 }).toBe(1)
  const heard = approved(projectId)
  await live.deliver(heard)
  const [ownerAt, guestAt, newcomerAt] = clients
  for (const client of [ownerAt, newcomerAt, far])
    await expect.poll(() => client?.changed, { timeout: 20_000 }).toContain(heard.subject)
  // Of the removal itself the guest may hear: Redis may carry out later what was not waited for.
  expect(guestAt?.changed).not.toContain(unheard.subject)
  expect(guestAt?.changed).not.toContain(heard.subject)
})

test('who comes back after an outage with a place before it is told to look anew, by a replica that was not there', async () => {
  const owner = person()
  const projectId = await live.project(owner)
  const client = await live.connect(owner)
  const { at } = client
  redis.pause()
  await live.deliver(approved(projectId))
  redis.resume()
  await expect.poll(() => refreshes(client), { timeout: 20_000 }).toBe(1)
  const late = await live.start()
  const back = await live.connect(owner, { replica: late, after: at })
  await expect.poll(() => refreshes(back)).toBe(1)
})
