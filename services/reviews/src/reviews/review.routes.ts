import { correction } from '@alta/contracts/resources/review'
import { may } from '@alta/kit/auth/policy'
import { etagOf } from '@alta/kit/http/etag'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { Decisions } from './decide-review.ts'
import type { Review } from './review.repository.ts'
import { presentDetail, presentReview, reviewDetailResource, reviewResource } from './review.resource.ts'
import type { ReviewService } from './review.service.ts'

const params = z.object({ id: z.uuid() })
const headers = z.object({ 'if-match': z.string().max(200).optional() })
const position = z.object({ certainty: z.number(), id: z.uuid() })
const answers = { 200: { description: 'The item as it is now', schema: reviewResource } }
const MAXIMUM_BYTES = 4 * 2 ** 20

const queueQuery = z.object({
  ...pageQuery,
  status: z.enum(['open', 'claimed', 'done']).default('open'),
  projectId: z.uuid().optional(),
  forMe: z
    .stringbool()
    .default(false)
    .describe('Without items on which the caller gave the last verdict, so that somebody else has to look'),
})

const reasoned = z.strictObject({
  reason: z.string().trim().min(1).max(2000),
})

const approval = z
  .strictObject({
    text: z.string().max(2_000_000).optional().describe('The whole text anew'),
    corrections: z.array(correction).max(20_000).optional().describe('Single words'),
  })
  .refine(({ text, corrections }) => text === undefined || corrections === undefined, {
    message: 'give either the whole text or corrections of single words',
    path: ['text'],
  })
  .default({})

/** @param clock tells which claims have run out */
export function reviewRoutes(reviews: ReviewService, decisions: Decisions, clock: () => Date): Route[] {
  const answer = (review: Review) => ({
    status: 200 as const,
    body: presentReview(review, clock()),
    headers: { etag: etagOf(review.version) },
  })

  return [
    route({
      method: 'get',
      path: '/api/v1/reviews',
      summary: 'The queue: what the machine was least sure of comes first',
      tag: 'reviews',
      policy: may('reviews:read'),
      query: queueQuery,
      answers: { 200: { description: 'Items of the caller’s projects', schema: listOf(reviewResource) } },
      handle: async ({ principal, query: { status, projectId, forMe, limit, cursor } }) => {
        const after = decodeCursor(position, cursor)
        const found = await reviews.list(principal, { status, projectId, forMe, after, limit: limit + 1 })
        const now = clock()
        const present = (review: (typeof found)[number]) => presentReview(review, now)
        return {
          status: 200,
          body: pageOf(found, limit, present, ({ certainty, id }) => ({ certainty, id })),
        }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/reviews/:id',
      summary: 'An item with its text, words and every verdict so far',
      tag: 'reviews',
      policy: may('reviews:read', 'project viewer'),
      params,
      answers: { 200: { description: 'The item', schema: reviewDetailResource } },
      handle: async ({ principal, params: { id } }) => {
        const found = await reviews.get(principal, id)
        const etag = etagOf(found.review.version)
        return { status: 200, body: presentDetail(found, clock()), headers: { etag } }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/reviews/:id/claim',
      summary: 'How an item stands and who works on it, without its text',
      tag: 'reviews',
      policy: may('reviews:read', 'project viewer'),
      params,
      answers,
      handle: async ({ principal, params: { id } }) => answer(await reviews.state(principal, id)),
    }),
    route({
      method: 'post',
      path: '/api/v1/reviews/:id/claim',
      summary: 'Take an item, or extend one’s own claim',
      description:
        'Of many who ask at once one gets it; the others are told `review_already_claimed`. Nobody holds more than ' +
        'twenty at a time: `too_many_claims`.',
      tag: 'reviews',
      policy: may('reviews:decide', 'project reviewer'),
      params,
      headers,
      answers,
      handle: async ({ principal, params: { id }, headers: { 'if-match': ifMatch } }) =>
        answer(await reviews.claim({ caller: principal, id, ifMatch })),
    }),
    route({
      method: 'post',
      path: '/api/v1/reviews/:id/release',
      summary: 'Give a claimed item back to the queue',
      description: 'By who has claimed it. Owners of the project end the claims of others, too.',
      tag: 'reviews',
      policy: may('reviews:decide', 'project reviewer'),
      params,
      headers,
      answers,
      handle: async ({ principal, params: { id }, headers: { 'if-match': ifMatch } }) =>
        answer(await reviews.release({ caller: principal, id, ifMatch })),
    }),
    route({
      method: 'post',
      path: '/api/v1/reviews/:id/approve',
      summary: 'Settle the text, as it is or corrected',
      description:
        'With `corrections`, `before` must be what the word says now. With `text`, words that are found again ' +
        'keep their boxes or times. Where the project asks for a second reviewer, the first approval puts the ' +
        'item back into the queue for somebody else, who sees the text as the first one got it: corrections are ' +
        'about that.',
      tag: 'reviews',
      policy: may('reviews:decide', 'project reviewer'),
      // Whole texts are compared, and a file is written.
      limits: { cost: 10 },
      idempotent: true,
      maximumBytes: MAXIMUM_BYTES,
      params,
      headers,
      body: approval,
      answers,
      handle: async ({ principal, params: { id }, headers: { 'if-match': ifMatch }, body }) =>
        answer(await decisions.approve({ caller: principal, id, ifMatch }, body)),
    }),
    route({
      method: 'post',
      path: '/api/v1/reviews/:id/send-back',
      summary: 'Return an item to the queue for somebody else, saying why',
      tag: 'reviews',
      policy: may('reviews:decide', 'project reviewer'),
      idempotent: true,
      params,
      headers,
      body: reasoned,
      answers,
      handle: async ({ principal, params: { id }, headers: { 'if-match': ifMatch }, body }) =>
        answer(await decisions.sendBack({ caller: principal, id, ifMatch }, body.reason)),
    }),
    route({
      method: 'post',
      path: '/api/v1/reviews/:id/reject',
      summary: 'Refuse an item for good, saying why',
      tag: 'reviews',
      policy: may('reviews:decide', 'project reviewer'),
      idempotent: true,
      params,
      headers,
      body: reasoned,
      answers,
      handle: async ({ principal, params: { id }, headers: { 'if-match': ifMatch }, body }) =>
        answer(await decisions.reject({ caller: principal, id, ifMatch }, body.reason)),
    }),
    route({
      method: 'post',
      path: '/api/v1/reviews/:id/undo',
      summary: 'Take the last verdict back',
      description:
        'By who gave it or an owner of the project. The text is again exactly as it was before it.',
      tag: 'reviews',
      policy: may('reviews:decide', 'project reviewer'),
      idempotent: true,
      params,
      headers,
      answers,
      handle: async ({ principal, params: { id }, headers: { 'if-match': ifMatch } }) =>
        answer(await reviews.undo({ caller: principal, id, ifMatch })),
    }),
  ]
}
