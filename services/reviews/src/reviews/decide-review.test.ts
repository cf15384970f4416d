import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { type Person, person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { documentOf } from '../readings/readings.fixture.ts'
import { saveReading } from '../readings/stored-reading.ts'
import { sweepFiles } from '../readings/sweep-files.ts'
import { startReviews, type TestReviews } from '../reviews.fixture.ts'

let reviews: TestReviews
beforeAll(async () => {
  reviews = await startReviews()
})
afterAll(() => reviews.close())

const owner = person()
const sweep = () => sweepFiles(reviews.database, reviews.files, 24)

async function claimedItem() {
  const projectId = await reviews.project(owner)
  const { documentId } = await reviews.readDocument(projectId, documentOf('Dear Mrs Smlth!'))
  const id = await reviews.reviewIdOf(documentId)
  await reviews.post(owner, `/reviews/${id}/claim`)
  return { id, projectId }
}

/** Files that came while `work` was done. */
async function filesOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = new Set(await reviews.stored())
  await work()
  return (await reviews.stored()).filter((sha256) => !before.has(sha256))
}

it('of twenty approvals at once with a text each, one is done and the others cost no file', async () => {
  const { id } = await claimedItem()
  const texts = Array.from({ length: 20 }, (_, index) => `Dear Mrs Smith, the ${index}th`)
  const statuses: number[] = []
  const written = await filesOf(async () => {
    const answers = await Promise.all(
      texts.map((text) => reviews.post(owner, `/reviews/${id}/approve`, { text })),
    )
    statuses.push(...answers.map(({ status }) => status))
    for (const { status, body } of answers)
      if (status !== 200) expect(['review_being_decided', 'review_done']).toContain(body.code)
  })
  expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  expect(statuses.filter((status) => status === 409)).toHaveLength(19)
  expect(written).toHaveLength(1)
  const [approved] = (await reviews.emitted(reviewApproved)).filter(({ reviewId }) => reviewId === id)
  expect(written).toEqual([approved?.result.sha256])
})

it('whoever has long texts compared again and again waits, and others do not wait for them', async () => {
  const words = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${letter}${index}`).join(' ')
  const projectId = await reviews.project(owner)
  const { documentId } = await reviews.readDocument(projectId, documentOf(`${words('a', 1_000)} z!`))
  const id = await reviews.reviewIdOf(documentId)
  const eager = person()
  const other = person()
  for (const who of [eager, other]) await reviews.member(projectId, who, 'reviewer')
  const approve = async (who: Person, text: string) => {
    await reviews.post(who, `/reviews/${id}/claim`)
    return reviews.post(who, `/reviews/${id}/approve`, { text })
  }
  let refused = await approve(eager, words('b', 4_000))
  for (let round = 1; round < 12 && refused.status === 200; round += 1) {
    await reviews.post(eager, `/reviews/${id}/undo`)
    refused = await approve(eager, words('b', 4_000))
  }
  expect([refused.status, refused.body.code]).toEqual([429, 'too_much_to_compare'])
  await reviews.post(eager, `/reviews/${id}/release`)
  expect((await approve(other, words('a', 999))).status).toBe(200)
}, 60_000)

it('nobody without a claim keeps its holder from deciding', async () => {
  const { id, projectId } = await claimedItem()
  const other = person()
  await reviews.member(projectId, other, 'reviewer')
  const [decided, ...refused] = await Promise.all([
    reviews.post(owner, `/reviews/${id}/approve`, { text: 'Dear Mrs Smith' }),
    ...Array.from({ length: 5 }, () => reviews.post(other, `/reviews/${id}/approve`, { text: 'Dear Eve' })),
  ])
  expect(decided?.status).toBe(200)
  for (const { status } of refused) expect(status).toBe(409)
})

it('the file of a verdict that did not come about is swept, and what a verdict names stays', async () => {
  const { id } = await claimedItem()
  const held = await reviews.admin.connect()
  const [lost] = await filesOf(async () => {
    // Another process decides between our look at the item and our lock on it.
    await held.query('begin')
    await held.query('select from review_items where id = $1 for update', [id])
    const answer = reviews.post(owner, `/reviews/${id}/approve`, { text: 'Dear Mrs Lost' })
    await expect.poll(async () => (await held.query('select from files')).rows.length).toBe(1)
    await held.query(
      `update review_items set status = 'open', claimed_by = null, claim_expires_at = null where id = $1`,
      [id],
    )
    await held.query('commit')
    expect((await answer).body.code).toBe('review_not_claimed')
  }).finally(() => held.release())
  await reviews.post(owner, `/reviews/${id}/claim`)
  const [named] = await filesOf(() =>
    reviews.post(owner, `/reviews/${id}/approve`, { text: 'Dear Mrs Found' }),
  )
  expect(await sweep()).toBe(0)
  await reviews.age(25)
  expect(await sweep()).toBe(1)
  const stored = await reviews.stored()
  expect([stored.includes(lost ?? ''), stored.includes(named ?? '')]).toEqual([false, true])
})

it('a file that was noted again although a verdict names it stays', async () => {
  const { id } = await claimedItem()
  const text = 'Dear Mrs Noted'
  const [named = ''] = await filesOf(() => reviews.post(owner, `/reviews/${id}/approve`, { text }))
  await reviews.admin.query('insert into files (sha256) values ($1)', [named])
  const { sha256: died } = await saveReading(reviews, {
    kind: 'document',
    value: documentOf('of a process that died'),
  })
  await reviews.age(25)
  expect(await sweep()).toBe(1)
  const stored = await reviews.stored()
  expect([stored.includes(died), stored.includes(named)]).toEqual([false, true])
})

it('a text out of all proportion to what was read is refused before anything is compared or written', async () => {
  const { id } = await claimedItem()
  const written = await filesOf(async () => {
    const text = 'word '.repeat(4 * 3 + 1_001)
    const { status, body } = await reviews.post(owner, `/reviews/${id}/approve`, { text })
    expect([status, body.code, body.most]).toEqual([400, 'too_many_words', 1_012])
  })
  expect(written).toEqual([])
})

it('an approval takes more of the limits than what writes nothing', () => {
  const route = reviews.routes.find(({ path }) => path === '/api/v1/reviews/:id/approve')
  expect(route?.limits?.cost).toBe(10)
})
