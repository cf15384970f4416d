import { reviewApproved } from '@alta/contracts/events/review-approved.v1'
import { reviewClaimed } from '@alta/contracts/events/review-claimed.v1'
import { reviewOpened } from '@alta/contracts/events/review-opened.v1'
import { reviewPassed } from '@alta/contracts/events/review-passed.v1'
import { reviewRejected } from '@alta/contracts/events/review-rejected.v1'
import { reviewReleased } from '@alta/contracts/events/review-released.v1'
import { reviewSentBack } from '@alta/contracts/events/review-sent-back.v1'
import { reviewUndone } from '@alta/contracts/events/review-undone.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textOf } from '../readings/reading.ts'
import { documentOf, pageOf, transcriptOf } from '../readings/readings.fixture.ts'
import { loadReading } from '../readings/stored-reading.ts'
import { startReviews, type TestReviews } from '../reviews.fixture.ts'
import { releaseExpired } from './release-expired.ts'

let reviews: TestReviews
beforeAll(async () => {
  reviews = await startReviews()
})
afterAll(() => reviews.close())

const owner = person()

/** An item of a fresh project: `Dear Mrs Smlth`, the name doubtful. */
async function openItem(policy = {}) {
  const projectId = await reviews.project(owner, policy)
  const { documentId } = await reviews.readDocument(projectId, documentOf('Dear Mrs Smlth!'))
  return { projectId, documentId, id: await reviews.reviewIdOf(documentId) }
}

const correction = { index: 2, before: 'Smlth', after: 'Smith' }

describe('GET /api/v1/reviews', () => {
  it('puts what the machine was least sure of first, and pages through it', async () => {
    const projectId = await reviews.project(owner)
    const sureness = [0.7, 0.2, 0.5, 0.2]
    for (const sure of sureness) {
      await reviews.readDocument(projectId, {
        ...documentOf(),
        confidence: sure,
        pages: [pageOf(1, 'a b', sure)],
      })
    }
    const first = await reviews.get(owner, `/reviews?projectId=${projectId}&limit=3`)
    expect(first.status).toBe(200)
    expect(first.body.items.map((item: { confidence: number }) => item.confidence)).toEqual([0.2, 0.2, 0.5])
    expect(first.body.items[0].createdAt <= first.body.items[1].createdAt).toBe(true)
    const next = await reviews.get(owner, `/reviews?projectId=${projectId}&cursor=${first.body.nextCursor}`)
    expect(next.body.items.map((item: { confidence: number }) => item.confidence)).toEqual([0.7])
    expect(next.body.nextCursor).toBeNull()
  })

  it('tells open, claimed and done apart, and counts an expired claim as open', async () => {
    const { id, projectId } = await openItem()
    const idsIn = async (status: string) =>
      (await reviews.get(owner, `/reviews?projectId=${projectId}&status=${status}`)).body.items.map(
        (item: { id: string }) => item.id,
      )
    expect(await idsIn('open')).toEqual([id])
    await reviews.post(owner, `/reviews/${id}/claim`)
    expect([await idsIn('open'), await idsIn('claimed')]).toEqual([[], [id]])
    reviews.wait(901)
    expect([await idsIn('open'), await idsIn('claimed')]).toEqual([[id], []])
    await reviews.post(owner, `/reviews/${id}/claim`)
    await reviews.post(owner, `/reviews/${id}/approve`, {})
    expect([await idsIn('claimed'), await idsIn('done')]).toEqual([[], [id]])
  })

  it('shows members their projects, reviewers of the tenant all of them, and others nothing', async () => {
    const { id, projectId } = await openItem()
    const seenBy = async (who: ReturnType<typeof person>) =>
      (await reviews.get(who, `/reviews?projectId=${projectId}`)).body.items.length
    const viewer = person()
    await reviews.member(projectId, viewer, 'viewer')
    expect(await seenBy(viewer)).toBe(1)
    expect(await seenBy(person({ roles: ['reviewer'] }))).toBe(1)
    expect(await seenBy(person())).toBe(0)
    expect(await seenBy(person({ roles: ['admin'], tenantId: randomUUIDv7() }))).toBe(0)
    expect((await reviews.get(person(), `/reviews/${id}`)).status).toBe(404)
  })

  it('refuses bad input', async () => {
    for (const query of ['status=closed', 'limit=0', 'limit=101', 'projectId=x']) {
      const { status, body } = await reviews.get(owner, `/reviews?${query}`)
      expect([status, body.code]).toEqual([400, 'validation_failed'])
    }
    const { status, body } = await reviews.get(owner, '/reviews?cursor=nonsense')
    expect([status, body.code]).toEqual([400, 'invalid_cursor'])
    expect((await reviews.get(undefined, '/reviews')).status).toBe(401)
  })
})

describe('GET /api/v1/reviews/:id', () => {
  it('shows text, words with boxes and what to look at', async () => {
    const { id, documentId } = await openItem()
    const { status, body, headers } = await reviews.get(owner, `/reviews/${id}`)
    expect(status).toBe(200)
    expect(headers.get('etag')).toBe('"1"')
    expect(body).toMatchObject({
      id,
      kind: 'document',
      subjectId: documentId,
      status: 'open',
      text: 'Dear Mrs Smlth',
      claimedBy: null,
      rounds: [],
      pages: [{ number: 1 }],
    })
    expect(body.words[2]).toEqual({
      text: 'Smlth',
      confidence: 0.4,
      page: 1,
      box: { x: 90, y: 0, width: 50, height: 18 },
    })
    expect(body.uncertainWords[0]).toBe(2)
  })

  it('shows segments and times of a recording', async () => {
    const projectId = await reviews.project(owner)
    const { voiceSampleId } = await reviews.readVoice(projectId, transcriptOf('good morning', 'everybody'))
    const { body } = await reviews.get(owner, `/reviews/${await reviews.reviewIdOf(voiceSampleId)}`)
    expect(body.segments).toMatchObject([{ text: 'good morning' }, { start: 2, end: 3, text: 'everybody' }])
    expect(body.words[2]).toEqual({ text: 'everybody', confidence: 0.7, segment: 1, start: 2, end: 3 })
  })

  it('is not found for strangers, other tenants and wrong ids alike', async () => {
    const { id } = await openItem()
    const elsewhere = person({ userId: owner.userId, tenantId: randomUUIDv7(), roles: ['admin'] })
    for (const [who, path] of [
      [person(), id],
      [elsewhere, id],
      [owner, randomUUIDv7()],
    ] as const) {
      const { status, body } = await reviews.get(who, `/reviews/${path}`)
      expect([status, body.code]).toEqual([404, 'review_not_found'])
    }
    expect((await reviews.get(owner, '/reviews/nonsense')).status).toBe(400)
  })
})

describe('GET /api/v1/reviews/:id/claim', () => {
  it('says who works on the item, and nothing of its text', async () => {
    const { id } = await openItem()
    const claimed = await reviews.post(owner, `/reviews/${id}/claim`)
    const { status, body, headers } = await reviews.get(owner, `/reviews/${id}/claim`)
    expect([status, headers.get('etag')]).toEqual([200, '"2"'])
    expect(body).toEqual(claimed.body)
    const hidden = await reviews.get(person(), `/reviews/${id}/claim`)
    expect([hidden.status, hidden.body.code]).toEqual([404, 'review_not_found'])
  })
})

describe('POST /api/v1/reviews/:id/claim', () => {
  it('gives the item to one of fifty who ask at once', async () => {
    const { id, projectId } = await openItem()
    const people = Array.from({ length: 50 }, () => person())
    for (const [index, who] of people.entries()) await reviews.member(projectId, who, 'reviewer', index + 2)
    const answers = await Promise.all(people.map((who) => reviews.post(who, `/reviews/${id}/claim`)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = answers.filter(({ status }) => status === 409)
    expect(refused).toHaveLength(49)
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(['review_already_claimed']))
    const claims = (await reviews.emitted(reviewClaimed)).filter(({ reviewId }) => reviewId === id)
    expect(claims).toHaveLength(1)
  })

  it('extends one’s own claim', async () => {
    const { id } = await openItem()
    const first = await reviews.post(owner, `/reviews/${id}/claim`)
    reviews.wait(60)
    const second = await reviews.post(owner, `/reviews/${id}/claim`)
    expect(second.status).toBe(200)
    expect(Date.parse(second.body.claimExpiresAt)).toBeGreaterThanOrEqual(
      Date.parse(first.body.claimExpiresAt) + 60_000,
    )
  })

  it('takes over what another has held too long, and says that it was free in between', async () => {
    const { id, projectId } = await openItem()
    const late = person()
    await reviews.member(projectId, late, 'reviewer')
    await reviews.post(late, `/reviews/${id}/claim`)
    reviews.wait(901)
    expect((await reviews.post(owner, `/reviews/${id}/claim`)).body.claimedBy).toBe(owner.userId)
    expect((await reviews.emitted(reviewReleased)).filter(({ reviewId }) => reviewId === id)).toMatchObject([
      { by: null },
    ])
    const decided = await reviews.post(late, `/reviews/${id}/approve`)
    expect([decided.status, decided.body.code]).toEqual([409, 'review_already_claimed'])
  })

  it('is for reviewers and owners, on the version that they have seen', async () => {
    const { id, projectId } = await openItem()
    const viewer = person()
    await reviews.member(projectId, viewer, 'viewer')
    const refused = await reviews.post(viewer, `/reviews/${id}/claim`)
    expect([refused.status, refused.body.code]).toEqual([403, 'project_role_required'])
    expect((await reviews.post(person(), `/reviews/${id}/claim`)).status).toBe(404)
    const stale = await reviews.post(owner, `/reviews/${id}/claim`, undefined, { 'if-match': '"7"' })
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    expect((await reviews.post(owner, `/reviews/${id}/claim`, undefined, { 'if-match': '"1"' })).status).toBe(
      200,
    )
  })
})

describe('POST /api/v1/reviews/:id/release', () => {
  it('frees the item for others', async () => {
    const { id } = await openItem()
    await reviews.post(owner, `/reviews/${id}/claim`)
    const { status, body } = await reviews.post(owner, `/reviews/${id}/release`)
    expect([status, body.status, body.claimedBy]).toEqual([200, 'open', null])
    const again = await reviews.post(owner, `/reviews/${id}/release`)
    expect([again.status, again.body.code]).toEqual([409, 'review_not_claimed'])
  })
})

describe('POST /api/v1/reviews/:id/approve', () => {
  it('settles the text with corrections', async () => {
    const { id, documentId } = await openItem()
    await reviews.post(owner, `/reviews/${id}/claim`)
    const { status, body } = await reviews.post(owner, `/reviews/${id}/approve`, {
      corrections: [correction],
    })
    expect([status, body.status]).toEqual([200, 'approved'])
    const { body: after } = await reviews.get(owner, `/reviews/${id}`)
    expect(after.text).toBe('Dear Mrs Smith')
    expect(after.rounds).toMatchObject([
      {
        round: 1,
        verdict: 'approved',
        by: owner.userId,
        before: 'Dear Mrs Smlth',
        after: 'Dear Mrs Smith',
        corrections: [correction],
        agreed: null,
        undone: false,
      },
    ])
    const [event] = (await reviews.emitted(reviewApproved)).filter(({ reviewId }) => reviewId === id)
    expect(event).toMatchObject({ subjectId: documentId, by: owner.userId, corrections: 1, words: 3 })
    expect(event).not.toHaveProperty('agreed')
    const stored = await loadReading(reviews.files, 'document', event?.result.sha256 ?? '')
    expect(textOf(stored)).toBe('Dear Mrs Smith')
  })

  it('takes the whole text anew', async () => {
    const { id } = await openItem()
    await reviews.post(owner, `/reviews/${id}/claim`)
    await reviews.post(owner, `/reviews/${id}/approve`, { text: 'Dear old Mrs Smith' })
    const { body } = await reviews.get(owner, `/reviews/${id}`)
    expect(body.text).toBe('Dear old Mrs Smith')
    expect(body.rounds[0].corrections).toEqual([
      { index: 1, before: '', after: 'old' },
      { index: 2, before: 'Smlth', after: 'Smith' },
    ])
  })

  it('leaves the machine’s file as it is when nothing was wrong, and needs no body', async () => {
    const projectId = await reviews.project(owner)
    const { documentId, result } = await reviews.readDocument(projectId, documentOf('Dear Mrs Smith!'))
    const id = await reviews.reviewIdOf(documentId)
    await reviews.post(owner, `/reviews/${id}/claim`)
    expect((await reviews.post(owner, `/reviews/${id}/approve`)).status).toBe(200)
    const [event] = (await reviews.emitted(reviewApproved)).filter(({ reviewId }) => reviewId === id)
    expect(event).toMatchObject({ corrections: 0, result })
  })

  it('carries the trace of the upload on', async () => {
    const projectId = await reviews.project(owner)
    const traceparent = `00-${'5'.repeat(32)}-${'6'.repeat(16)}-01`
    const { documentId } = await reviews.readDocument(projectId, documentOf('Smlth!'), { traceparent })
    const id = await reviews.reviewIdOf(documentId)
    await reviews.post(owner, `/reviews/${id}/claim`)
    await reviews.post(owner, `/reviews/${id}/approve`)
    const { rows } = await reviews.admin.query<{ traceparent: string }>(
      `select event::jsonb ->> 'traceparent' as traceparent from outbox_events
       where topic = 'review.approved.v1' and event::jsonb -> 'data' ->> 'reviewId' = $1`,
      [id],
    )
    expect(rows[0]?.traceparent).toContain('5'.repeat(32))
  })

  it('is done once under one Idempotency-Key', async () => {
    const { id } = await openItem()
    await reviews.post(owner, `/reviews/${id}/claim`)
    const approve = () =>
      reviews.post(owner, `/reviews/${id}/approve`, {}, { 'idempotency-key': `once ${id}`.replace(' ', '-') })
    const first = await approve()
    const second = await approve()
    expect([first.status, second.status]).toEqual([200, 200])
    expect(second.body).toEqual(first.body)
    expect((await reviews.emitted(reviewApproved)).filter(({ reviewId }) => reviewId === id)).toHaveLength(1)
  })

  it('needs one’s own live claim', async () => {
    const { id, projectId } = await openItem()
    const approve = async (who = owner) => (await reviews.post(who, `/reviews/${id}/approve`)).body.code
    expect(await approve()).toBe('review_not_claimed')
    const other = person()
    await reviews.member(projectId, other, 'reviewer')
    await reviews.post(other, `/reviews/${id}/claim`)
    expect(await approve()).toBe('review_already_claimed')
    reviews.wait(901)
    expect(await approve(other)).toBe('claim_expired')
    await reviews.post(owner, `/reviews/${id}/claim`)
    expect(await approve()).toBeUndefined()
    expect(await approve()).toBe('review_done')
  })

  it('refuses corrections that do not fit, and keeps nothing of them', async () => {
    const { id } = await openItem()
    await reviews.post(owner, `/reviews/${id}/claim`)
    const wrong = await reviews.post(owner, `/reviews/${id}/approve`, {
      corrections: [{ ...correction, index: 0 }],
    })
    expect([wrong.status, wrong.body.code, wrong.body.current]).toEqual([409, 'correction_mismatch', 'Dear'])
    for (const body of [
      { corrections: [{ index: -1, before: 'a', after: 'b' }] },
      { corrections: 'Smith' },
      { text: 7 },
      { text: 'a', corrections: [correction] },
      { txt: 'a' },
      null,
    ]) {
      const refused = await reviews.post(owner, `/reviews/${id}/approve`, body)
      expect([refused.status, refused.body.code]).toEqual([400, 'validation_failed'])
    }
    const { body } = await reviews.get(owner, `/reviews/${id}`)
    expect([body.text, body.rounds, body.status]).toEqual(['Dear Mrs Smlth', [], 'claimed'])
  })
})

describe('a second reviewer', () => {
  it('sees nothing of the first one’s verdict, and settles it', async () => {
    const { id, projectId } = await openItem({ secondReviewer: true })
    const second = person()
    await reviews.member(projectId, second, 'reviewer')
    await reviews.post(owner, `/reviews/${id}/claim`)
    const first = await reviews.post(owner, `/reviews/${id}/approve`, { corrections: [correction] })
    expect(first.body).toMatchObject({ status: 'open', round: 2 })
    expect((await reviews.emitted(reviewApproved)).filter(({ reviewId }) => reviewId === id)).toEqual([])
    const opened = (await reviews.emitted(reviewOpened)).filter(({ reviewId }) => reviewId === id)
    expect(opened.map(({ round }) => round)).toEqual([1, 2])
    const passed = (await reviews.emitted(reviewPassed)).filter(({ reviewId }) => reviewId === id)
    expect(passed).toMatchObject([{ by: owner.userId, corrections: 1, words: 3 }])

    const own = await reviews.post(owner, `/reviews/${id}/claim`)
    expect([own.status, own.body.code]).toEqual([409, 'own_correction'])

    const blind = await reviews.get(second, `/reviews/${id}`)
    expect(blind.body).toMatchObject({ text: 'Dear Mrs Smlth', rounds: [], round: 2, blind: true })
    expect(JSON.stringify(blind.body)).not.toContain('Smith')
    const mine = await reviews.get(owner, `/reviews/${id}`)
    expect(mine.body).toMatchObject({ text: 'Dear Mrs Smith', blind: false })

    await reviews.post(second, `/reviews/${id}/claim`)
    const approved = await reviews.post(second, `/reviews/${id}/approve`, { corrections: [correction] })
    expect(approved.body.status).toBe('approved')
    const [settled] = (await reviews.emitted(reviewApproved)).filter(({ reviewId }) => reviewId === id)
    expect(settled).toMatchObject({ by: second.userId, corrections: 1, agreed: true, agreement: 1 })
    const { body } = await reviews.get(second, `/reviews/${id}`)
    expect(body).toMatchObject({ text: 'Dear Mrs Smith', blind: false })
    expect(body.rounds).toMatchObject([
      { agreed: null, agreement: null },
      { agreed: true, agreement: 1 },
    ])
  })

  it('who comes to another text settles it so, and what they agree on is told as a share', async () => {
    const { id, projectId } = await openItem({ secondReviewer: true })
    const second = person()
    await reviews.member(projectId, second, 'reviewer')
    await reviews.post(owner, `/reviews/${id}/claim`)
    await reviews.post(owner, `/reviews/${id}/approve`, { corrections: [correction] })
    await reviews.post(second, `/reviews/${id}/claim`)
    await reviews.post(second, `/reviews/${id}/approve`)
    const { body } = await reviews.get(owner, `/reviews/${id}`)
    expect(body.text).toBe('Dear Mrs Smlth')
    expect(body.rounds[1]).toMatchObject({ agreed: false, before: 'Dear Mrs Smith', after: 'Dear Mrs Smlth' })
    expect(body.rounds[1].agreement).toBeCloseTo(2 / 3)
    await reviews.post(second, `/reviews/${id}/undo`)
    const again = await reviews.get(owner, `/reviews/${id}`)
    expect(again.body).toMatchObject({ text: 'Dear Mrs Smith', round: 2 })
  })

  it('who has read the first one’s text and taken their own verdict back agrees with nobody', async () => {
    const { id, projectId } = await openItem({ secondReviewer: true })
    const second = person()
    await reviews.member(projectId, second, 'reviewer')
    await reviews.post(owner, `/reviews/${id}/claim`)
    await reviews.post(owner, `/reviews/${id}/approve`, { corrections: [correction] })
    await reviews.post(second, `/reviews/${id}/claim`)
    await reviews.post(second, `/reviews/${id}/approve`)
    const { rounds } = (await reviews.get(second, `/reviews/${id}`)).body
    await reviews.post(second, `/reviews/${id}/undo`)
    await reviews.post(second, `/reviews/${id}/claim`)
    const again = await reviews.post(second, `/reviews/${id}/approve`, { text: rounds[0].after })
    expect(again.body.status).toBe('approved')
    const { body } = await reviews.get(owner, `/reviews/${id}`)
    expect(body.text).toBe('Dear Mrs Smith')
    expect(body.rounds.at(-1)).toMatchObject({ verdict: 'approved', agreed: null, agreement: null })
    const settled = (await reviews.emitted(reviewApproved)).filter(({ reviewId }) => reviewId === id).at(-1)
    expect(settled).not.toHaveProperty('agreed')
    expect(settled).not.toHaveProperty('agreement')
  })

  it('is not offered what they themselves have approved or sent back', async () => {
    const { id, projectId } = await openItem({ secondReviewer: true })
    const idsFor = async (who: ReturnType<typeof person>, more = '') =>
      (await reviews.get(who, `/reviews?projectId=${projectId}${more}`)).body.items.map(
        (item: { id: string }) => item.id,
      )
    await reviews.post(owner, `/reviews/${id}/claim`)
    await reviews.post(owner, `/reviews/${id}/approve`)
    expect([await idsFor(owner), await idsFor(owner, '&forMe=true')]).toEqual([[id], []])
    expect(await idsFor(person({ roles: ['reviewer'] }), '&forMe=true')).toEqual([id])
    await reviews.post(owner, `/reviews/${id}/undo`)
    expect(await idsFor(owner, '&forMe=true')).toEqual([id])
  })
})

describe('POST /api/v1/reviews/:id/send-back and /reject', () => {
  it('returns the item to the queue for somebody else', async () => {
    const { id } = await openItem()
    await reviews.post(owner, `/reviews/${id}/claim`)
    const { body } = await reviews.post(owner, `/reviews/${id}/send-back`, { reason: 'I cannot read Greek.' })
    expect(body).toMatchObject({ status: 'open', round: 2 })
    expect((await reviews.post(owner, `/reviews/${id}/claim`)).body.code).toBe('own_correction')
    const [event] = (await reviews.emitted(reviewSentBack)).filter(({ reviewId }) => reviewId === id)
    expect(event?.reason).toBe('I cannot read Greek.')
  })

  it('refuses for good', async () => {
    const { id } = await openItem()
    await reviews.post(owner, `/reviews/${id}/claim`)
    const { body } = await reviews.post(owner, `/reviews/${id}/reject`, { reason: 'Upside down.' })
    expect(body.status).toBe('rejected')
    expect((await reviews.emitted(reviewRejected)).filter(({ reviewId }) => reviewId === id)).toHaveLength(1)
  })

  it('wants a reason and a claim', async () => {
    const { id } = await openItem()
    for (const action of ['send-back', 'reject']) {
      expect((await reviews.post(owner, `/reviews/${id}/${action}`, { reason: ' ' })).status).toBe(400)
      expect((await reviews.post(owner, `/reviews/${id}/${action}`)).status).toBe(400)
      const unclaimed = await reviews.post(owner, `/reviews/${id}/${action}`, { reason: 'because' })
      expect([unclaimed.status, unclaimed.body.code]).toEqual([409, 'review_not_claimed'])
    }
  })
})

describe('POST /api/v1/reviews/:id/undo', () => {
  it('brings the exact text back and keeps both verdicts', async () => {
    const { id } = await openItem()
    await reviews.post(owner, `/reviews/${id}/claim`)
    await reviews.post(owner, `/reviews/${id}/approve`, { corrections: [correction] })
    const undone = await reviews.post(owner, `/reviews/${id}/undo`)
    expect(undone.body).toMatchObject({ status: 'open', round: 1 })
    const { body } = await reviews.get(owner, `/reviews/${id}`)
    expect(body.text).toBe('Dear Mrs Smlth')
    expect(body.words[2].confidence).toBe(0.4)
    expect(body.rounds).toMatchObject([
      { verdict: 'approved', undone: true },
      { verdict: 'undone', before: 'Dear Mrs Smith', after: 'Dear Mrs Smlth' },
    ])
    const [event] = (await reviews.emitted(reviewUndone)).filter(({ reviewId }) => reviewId === id)
    // Opened, claimed, approved: the third event of the item.
    expect(event).toMatchObject({ verdict: 'approved', undoes: 3 })
    expect((await reviews.post(owner, `/reviews/${id}/undo`)).body.code).toBe('nothing_to_undo')
  })

  it('is for who decided and for owners, within its time', async () => {
    const { id, projectId } = await openItem()
    const [ann, ben] = [person(), person()]
    await reviews.member(projectId, ann, 'reviewer')
    await reviews.member(projectId, ben, 'reviewer', 3)
    await reviews.post(ann, `/reviews/${id}/claim`)
    await reviews.post(ann, `/reviews/${id}/reject`, { reason: 'empty' })
    const other = await reviews.post(ben, `/reviews/${id}/undo`)
    expect([other.status, other.body.code]).toEqual([403, 'not_your_verdict'])
    expect((await reviews.post(owner, `/reviews/${id}/undo`)).status).toBe(200)
    await reviews.post(ann, `/reviews/${id}/claim`)
    await reviews.post(ann, `/reviews/${id}/reject`, { reason: 'empty' })
    reviews.wait(86_401)
    const late = await reviews.post(ann, `/reviews/${id}/undo`)
    expect([late.status, late.body.code]).toEqual([409, 'undo_expired'])
  })

  it('does not reopen what has been read again since', async () => {
    const { id, projectId, documentId } = await openItem()
    await reviews.post(owner, `/reviews/${id}/claim`)
    await reviews.post(owner, `/reviews/${id}/reject`, { reason: 'Blurred.' })
    await reviews.readDocument(projectId, documentOf('Dear Mrs Smlth!'), { documentId, version: 2 })
    const { status, body } = await reviews.post(owner, `/reviews/${id}/undo`)
    expect([status, body.code]).toEqual([409, 'review_superseded'])
  })
})

it('verdicts cannot be changed, not even with SQL', async () => {
  const { id } = await openItem()
  await reviews.post(owner, `/reviews/${id}/claim`)
  await reviews.post(owner, `/reviews/${id}/approve`)
  for (const change of [
    `update verdicts set after_text = 'forged' where item_id = '${id}'`,
    `delete from verdicts where item_id = '${id}'`,
    'truncate verdicts',
  ]) {
    await expect(reviews.admin.query(change)).rejects.toThrow('rows of verdicts are never changed')
  }
})

it('the sweep frees each expired claim once and says so', async () => {
  await releaseExpired(reviews.database, reviews.clock())
  const { id } = await openItem()
  await reviews.post(owner, `/reviews/${id}/claim`)
  expect(await releaseExpired(reviews.database, reviews.clock())).toBe(0)
  reviews.wait(901)
  const sweeps = [1, 2, 3].map(() => releaseExpired(reviews.database, reviews.clock()))
  expect((await Promise.all(sweeps)).reduce((sum, freed) => sum + freed, 0)).toBe(1)
  expect((await reviews.emitted(reviewReleased)).filter(({ reviewId }) => reviewId === id)).toMatchObject([
    { by: null },
  ])
  expect((await reviews.get(owner, `/reviews/${id}`)).body).toMatchObject({ status: 'open', version: 3 })
})
