import type { Route } from '@alta/kit/http/route'
import { z } from 'zod'
import { groupKey } from './grouping.ts'
import { findReviewers } from './reviewers.repository.ts'
import { type Analytics, seriesRoutes } from './series.ts'

const count = z.number().int()

const item = z.object({
  key: groupKey,
  approved: count.describe('Settled by this verdict.'),
  passed: count.describe('Approved, and handed to a second reviewer.'),
  sentBack: count,
  rejected: count,
  undone: count.describe('Verdicts that were taken back, by whoever it was. They count nowhere else.'),
  corrections: count.describe('Words changed; of what was passed once the second reviewer has decided.'),
  words: count.describe('Of what was approved or passed, likewise.'),
  checked: count.describe('First approvals that a second reviewer has approved in turn.'),
  agreed: count.describe('Of these, those in which both came to the same text, each from the engine’s own.'),
  changedWords: count.describe('Words in which the two differ.'),
  agreement: z.number().nullable().describe('Agreed of checked; null where nothing was checked.'),
})

export type Reviewers = z.infer<typeof item>

export const reviewerRoutes = (analytics: Analytics): Route[] =>
  seriesRoutes(analytics, {
    path: '/api/v1/analytics/reviewers',
    csvPath: '/api/v1/analytics/reviewers.csv',
    summary: 'What reviewers decide, and whether a second one agrees',
    description:
      '`checked`, `agreed` and `changedWords` are the first reviewer’s, on the day of the second verdict.',
    standard: 'person',
    item,
    find: findReviewers,
  })
