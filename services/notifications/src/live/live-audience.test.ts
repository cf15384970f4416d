import { documentApproved } from '@alta/contracts/events/document-approved.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import { reviewClaimed } from '@alta/contracts/events/review-claimed.v1'
import { taskChanged } from '@alta/contracts/events/task-changed.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { type Person, person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LiveClient, startLive, type TestLive } from './live.fixture.ts'

let live: TestLive
beforeAll(async () => {
  live = await startLive()
})
afterAll(() => live.close())

const foreign = randomUUIDv7()

const approved = (projectId: string, tenantid?: string) =>
  eventOf(
    documentApproved,
    { ...documentApproved.example, documentId: randomUUIDv7(), projectId },
    tenantid ? { tenantid } : {},
  )

/** Everybody was told of all before it once they are told of this. */
async function told(client: LiveClient, who: Person): Promise<LiveClient['changed']> {
  const taskId = randomUUIDv7()
  await live.tell(
    taskChanged,
    { ...taskChanged.example, taskId, requestedBy: who.userId },
    { tenantid: who.tenantId },
  )
  await expect.poll(() => client.changed).toContain(taskId)
  return client.changed.filter((id) => id !== taskId)
}

test('members of a project are told of what changes in it, and nobody else', async () => {
  const [owner, stranger] = [person(), person()]
  const projectId = await live.project(owner)
  const others = await live.project(stranger)
  const [mine, theirs] = [await live.connect(owner), await live.connect(stranger)]
  const event = approved(projectId)
  await live.deliver(event)
  await live.deliver(approved(others))
  expect(await told(mine, owner)).toEqual([event.subject])
  expect(await told(theirs, stranger)).not.toContain(event.subject)
  expect(mine.messages.find(({ type }) => type === 'change')).toMatchObject({
    kind: 'document',
    change: 'approved',
    projectId,
  })
})

test('whoever may see every project hears of all in their tenant and of none in another', async () => {
  const [owner, reviewer, foreignAdmin] = [
    person(),
    person({ roles: ['reviewer'] }),
    person({ roles: ['admin'], tenantId: foreign }),
  ]
  const projectId = await live.project(owner)
  const [near, far] = [await live.connect(reviewer), await live.connect(foreignAdmin)]
  const event = approved(projectId)
  await live.deliver(event)
  expect(await told(near, reviewer)).toContain(event.subject)
  expect(await told(far, foreignAdmin)).toEqual([])
})

test('an event of another tenant with the id of one’s project is not heard', async () => {
  const owner = person()
  const projectId = await live.project(owner)
  const client = await live.connect(owner)
  await live.deliver(approved(projectId, foreign))
  expect(await told(client, owner)).toEqual([])
})

test('a task is told to whoever has asked for it, without what state it is in', async () => {
  const [asker, other] = [person(), person({ roles: ['admin'] })]
  const [mine, theirs] = [await live.connect(asker), await live.connect(other)]
  const taskId = randomUUIDv7()
  await live.tell(taskChanged, { ...taskChanged.example, taskId, requestedBy: asker.userId })
  expect(await told(mine, asker)).toEqual([taskId])
  expect(await told(theirs, other)).toEqual([])
  const message = mine.messages.find(({ id }) => id === taskId)
  expect(Object.keys(message ?? {}).sort()).toEqual(['at', 'change', 'id', 'kind', 'time', 'type'])
})

test('a review is told with what is reviewed', async () => {
  const owner = person()
  const projectId = await live.project(owner)
  const client = await live.connect(owner)
  const { example } = reviewClaimed
  await live.tell(reviewClaimed, { ...example, projectId })
  expect(await told(client, owner)).toEqual([example.reviewId])
  expect(client.messages).toContainEqual(
    expect.objectContaining({
      kind: 'review',
      change: 'claimed',
      subject: { kind: 'document', id: example.subjectId },
    }),
  )
})

test('who joins hears from then on, who is removed hears no more, and late news changes neither', async () => {
  const [owner, guest] = [person(), person()]
  const projectId = await live.project(owner)
  const client = await live.connect(guest)
  const { userId } = guest
  const [before, between, after] = [approved(projectId), approved(projectId), approved(projectId)]
  await live.deliver(before)
  await live.tell(projectMemberAdded, { projectId, userId, role: 'viewer' }, { sequence: '2' })
  await live.deliver(between)
  await live.tell(projectMemberRemoved, { projectId, userId }, { sequence: '4' })
  await live.tell(projectMemberAdded, { projectId, userId, role: 'viewer' }, { sequence: '3' })
  await live.deliver(after)
  const heard = await told(client, guest)
  expect(heard).toContain(between.subject)
  expect(heard).not.toContain(before.subject)
  expect(heard).not.toContain(after.subject)
  const again = await live.connect(guest)
  await live.deliver(approved(projectId))
  expect(await told(again, guest)).toEqual([])
})

test('the end of a project is told to its members, and nothing after it', async () => {
  const owner = person()
  const projectId = await live.project(owner)
  const client = await live.connect(owner)
  await live.tell(projectDeleted, { projectId }, { sequence: '2' })
  await live.deliver(approved(projectId))
  expect(await told(client, owner)).toEqual([projectId])
  const again = await live.connect(owner)
  await live.deliver(approved(projectId))
  expect(await told(again, owner)).toEqual([])
})

test('what is delivered twice is told once, and a replay is not told at all', async () => {
  const owner = person()
  const projectId = await live.project(owner)
  const client = await live.connect(owner)
  const event = approved(projectId)
  await live.deliver(event)
  await live.deliver(event)
  await live.deliver({ ...approved(projectId), replayfor: 'notifications', replayid: randomUUIDv7() })
  expect(await told(client, owner)).toEqual([event.subject])
})
