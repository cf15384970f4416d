import { documentDeleted } from '@alta/contracts/events/document-deleted.v1'
import { documentPurged } from '@alta/contracts/events/document-purged.v1'
import { documentRestored } from '@alta/contracts/events/document-restored.v1'
import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import { voicePurged } from '@alta/contracts/events/voice-purged.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentOf, transcriptOf } from '../readings/readings.fixture.ts'
import { sweepFiles } from '../readings/sweep-files.ts'
import { startReviews, type TestReviews } from '../reviews.fixture.ts'

let reviews: TestReviews
beforeAll(async () => {
  reviews = await startReviews()
})
afterAll(() => reviews.close())

const owner = person()
const doubtful = documentOf('Dear Mrs Smlth!')

async function readOne() {
  const projectId = await reviews.project(owner)
  const { documentId, result, event } = await reviews.readDocument(projectId, doubtful)
  const reviewId = await reviews.reviewIdOf(documentId)
  const about = { documentId, projectId }
  const restored = { ...documentRestored.example, ...about }
  return {
    ...{ documentId, projectId, reviewId, result, event },
    deleted: (sequence: number) =>
      reviews.deliver(eventOf(documentDeleted, about, { sequence: String(sequence) })),
    restored: (sequence: number) =>
      reviews.deliver(eventOf(documentRestored, restored, { sequence: String(sequence) })),
    purged: (sequence: number) =>
      reviews.deliver(
        eventOf(documentPurged, { ...about, by: owner.userId }, { sequence: String(sequence) }),
      ),
    async approve(text: string) {
      await reviews.post(owner, `/reviews/${reviewId}/claim`)
      expect((await reviews.post(owner, `/reviews/${reviewId}/approve`, { text })).status).toBe(200)
    },
    done: async () => (await reviews.get(owner, `/reviews?projectId=${projectId}&status=done`)).body.items,
    status: async () => (await reviews.get(owner, `/reviews/${reviewId}`)).body.status,
    opened: async () =>
      (await reviews.emitted(reviewOpened)).filter(({ subjectId }) => subjectId === documentId).length,
  }
}

it('what is taken back from the trash waits for a person again, whoever had claimed it', async () => {
  const one = await readOne()
  await reviews.post(owner, `/reviews/${one.reviewId}/claim`)
  await one.deleted(2)
  expect(await one.status()).toBe(404)
  await one.restored(3)
  expect(await one.status()).toBe('open')
  expect(await one.opened()).toBe(2)
  await reviews.post(owner, `/reviews/${one.reviewId}/claim`)
  expect((await reviews.post(owner, `/reviews/${one.reviewId}/approve`)).status).toBe(200)
})

it('the news of the trash that is newer counts, in whatever order it comes', async () => {
  const one = await readOne()
  await one.restored(3)
  await one.deleted(2)
  expect(await one.status()).toBe('open')
  expect(await one.opened()).toBe(1)
  await one.deleted(4)
  await one.restored(3)
  expect(await one.status()).toBe(404)
})

it('what was read in the trash is laid before a person when it is taken back', async () => {
  const one = await readOne()
  await one.deleted(2)
  await reviews.readDocument(one.projectId, doubtful, { documentId: one.documentId, version: 2 })
  expect(await one.opened()).toBe(1)
  await one.restored(5)
  expect(await one.opened()).toBe(2)
  expect(await one.status()).toBe('superseded')
})

it('what was decided before stays decided', async () => {
  const one = await readOne()
  await reviews.post(owner, `/reviews/${one.reviewId}/claim`)
  await reviews.post(owner, `/reviews/${one.reviewId}/approve`)
  await one.deleted(2)
  await one.restored(3)
  expect(await one.status()).toBe('approved')
  const approvals = (await reviews.emitted(reviewApproved)).filter(
    ({ subjectId }) => subjectId === one.documentId,
  )
  expect([approvals.length, await one.opened()]).toEqual([1, 1])
})

it('what was decided on is hidden while it lies in the trash, in the list and by itself', async () => {
  const one = await readOne()
  await one.approve('Dear Mrs Smith')
  expect(await one.done()).toHaveLength(1)
  await one.deleted(2)
  expect(await one.done()).toEqual([])
  const path = `/reviews/${one.reviewId}`
  for (const { status, body } of [
    await reviews.get(owner, path),
    await reviews.get(owner, `${path}/claim`),
    await reviews.get(person({ roles: ['admin'] }), path),
    await reviews.post(owner, `${path}/undo`),
    await reviews.post(owner, `${path}/claim`),
  ]) {
    expect([status, body.code]).toEqual([404, 'review_not_found'])
  }
  await one.restored(3)
  expect(await one.done()).toHaveLength(1)
  expect((await reviews.get(owner, path)).body.text).toBe('Dear Mrs Smith')
})

describe('what was purged', () => {
  const rowsAbout = async (subjectId: string) => {
    const { rows } = await reviews.admin.query(
      `select i.id, v.id as verdict from review_items i left join verdicts v on v.item_id = i.id
       where i.subject_id = $1`,
      [subjectId],
    )
    return rows
  }
  async function sweep() {
    await reviews.age(25)
    await sweepFiles(reviews.database, reviews.files, 24)
    return reviews.stored()
  }
  const correctedBy = async (work: () => Promise<unknown>) => {
    const before = await reviews.stored()
    await work()
    return (await reviews.stored()).filter((sha256) => !before.includes(sha256))
  }

  it('leaves no text behind, in the database or in storage, of whatever people made of it', async () => {
    const one = await readOne()
    const written = await correctedBy(async () => {
      await one.approve('Dear Mrs First')
      await reviews.post(owner, `/reviews/${one.reviewId}/undo`)
      await one.approve('Dear Mrs Second')
    })
    expect(written).toHaveLength(2)
    await one.deleted(2)
    expect(await one.purged(3)).toBe('SUCCESS')
    expect(await rowsAbout(one.documentId)).toEqual([])
    expect(await one.status()).toBe(404)
    expect(await one.done()).toEqual([])
    const stored = await sweep()
    for (const sha256 of written) expect(stored).not.toContain(sha256)
    // Another service's, which removes it.
    expect(stored).toContain(one.result.sha256)
  })

  it('does not come back with late news, nor with news told once more', async () => {
    const one = await readOne()
    await one.purged(3)
    await one.restored(9)
    await reviews.readDocument(one.projectId, doubtful, { documentId: one.documentId, version: 2 })
    await reviews.files.remove(one.result.sha256)
    expect(await reviews.deliver({ ...one.event, id: randomUUIDv7() })).toBe('SUCCESS')
    expect(await rowsAbout(one.documentId)).toEqual([])
    expect(await one.opened()).toBe(1)
    const { rows } = await reviews.admin.query(`select from inbox_messages where status <> 'COMPLETED'`)
    expect(rows).toEqual([])
  })

  it('takes no file that another item names', async () => {
    const [one, other] = [await readOne(), await readOne()]
    const [shared = ''] = await correctedBy(async () => {
      await one.approve('Dear Mrs Same')
      await other.approve('Dear Mrs Same')
    })
    await one.purged(3)
    expect(await sweep()).toContain(shared)
    expect((await reviews.get(owner, `/reviews/${other.reviewId}`)).body.text).toBe('Dear Mrs Same')
    await other.purged(3)
    expect(await sweep()).not.toContain(shared)
  })

  it('may be a recording', async () => {
    const projectId = await reviews.project(owner)
    const { voiceSampleId } = await reviews.readVoice(projectId, transcriptOf('good morning'))
    const id = await reviews.reviewIdOf(voiceSampleId)
    await reviews.post(owner, `/reviews/${id}/claim`)
    await reviews.post(owner, `/reviews/${id}/approve`, { text: 'good evening' })
    await reviews.deliver(eventOf(voicePurged, { voiceSampleId, projectId, by: null }, { sequence: '3' }))
    expect(await rowsAbout(voiceSampleId)).toEqual([])
  })
})
