import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import { reviewReleased } from '@alta/contracts/events/review-released.v1'
import { eventOf } from '@alta/kit/testing/deliver'
import { type Person, person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentOf } from '../readings/readings.fixture.ts'
import { startReviews, type TestReviews } from '../reviews.fixture.ts'

let reviews: TestReviews
beforeAll(async () => {
  reviews = await startReviews()
})
afterAll(() => reviews.close())

const owner = person()

async function openItem() {
  const projectId = await reviews.project(owner)
  const { documentId } = await reviews.readDocument(projectId, documentOf('Dear Mrs Smlth!'))
  return { projectId, id: await reviews.reviewIdOf(documentId) }
}

const released = async (id: string) =>
  (await reviews.emitted(reviewReleased)).filter(({ reviewId }) => reviewId === id)

const added = (projectId: string, { userId }: Person, sequence: number) =>
  eventOf(projectMemberAdded, { projectId, userId, role: 'reviewer' }, { sequence: String(sequence) })
const removed = (projectId: string, { userId }: Person, sequence: number) =>
  eventOf(projectMemberRemoved, { projectId, userId }, { sequence: String(sequence) })

describe('membership', () => {
  it('begins and ends', async () => {
    const { projectId, id } = await openItem()
    const who = person()
    const look = async () => (await reviews.get(who, `/reviews/${id}`)).status
    expect(await look()).toBe(404)
    await reviews.deliver(added(projectId, who, 2))
    expect(await look()).toBe(200)
    await reviews.deliver(removed(projectId, who, 3))
    expect(await look()).toBe(404)
    await reviews.deliver(added(projectId, who, 4))
    expect(await look()).toBe(200)
  })

  it('that has ended does not come back with late news', async () => {
    const { projectId, id } = await openItem()
    const who = person()
    await reviews.deliver(removed(projectId, who, 3))
    await reviews.deliver(added(projectId, who, 2))
    expect((await reviews.get(who, `/reviews/${id}`)).status).toBe(404)
  })

  it('ends also for somebody who holds a claim, which is free for others at once', async () => {
    const { projectId, id } = await openItem()
    const who = person()
    await reviews.deliver(added(projectId, who, 2))
    await reviews.post(who, `/reviews/${id}/claim`)
    await reviews.deliver(removed(projectId, who, 3))
    expect((await reviews.post(who, `/reviews/${id}/approve`)).status).toBe(404)
    const { body } = await reviews.get(owner, `/reviews/${id}`)
    expect(body).toMatchObject({ status: 'open', claimedBy: null, version: 3 })
    expect(await released(id)).toMatchObject([{ by: null }])
  })

  it('as a viewer holds no claim, and late news frees none', async () => {
    const { projectId, id } = await openItem()
    const elsewhere = await openItem()
    const who = person()
    await reviews.deliver(added(projectId, who, 3))
    await reviews.deliver(added(elsewhere.projectId, who, 3))
    await reviews.post(who, `/reviews/${id}/claim`)
    await reviews.post(who, `/reviews/${elsewhere.id}/claim`)
    await reviews.deliver(removed(projectId, who, 2))
    expect(await released(id)).toEqual([])
    await reviews.member(projectId, who, 'viewer', 4)
    expect(await released(id)).toHaveLength(1)
    expect((await reviews.get(owner, `/reviews/${elsewhere.id}`)).body.claimedBy).toBe(who.userId)
  })
})
