import { box, confidence } from '@alta/contracts/resources/recognition'
import { correction, reviewKind } from '@alta/contracts/resources/review'
import { z } from 'zod'
import { type Reading, textOf, uncertainWords } from '../readings/reading.ts'
import { statusAt, statuses, type Verdict } from './review.machine.ts'
import type { Review } from './review.repository.ts'
import type { ReviewDetail } from './review.service.ts'
import type { RecordedVerdict } from './verdict.repository.ts'

export const reviewResource = z.object({
  id: z.uuid(),
  kind: reviewKind,
  /** The document or voice sample. */
  subjectId: z.uuid(),
  projectId: z.uuid(),
  confidence,
  status: z.enum(statuses),
  round: z.number().int(),
  claimedBy: z.uuid().nullable(),
  claimExpiresAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  version: z.number().int(),
})

const roundResource = z.object({
  round: z.number().int(),
  verdict: z.enum(['approved', 'sent-back', 'rejected', 'undone']),
  by: z.uuid(),
  at: z.iso.datetime(),
  reason: z.string().nullable(),
  /** The whole text before and after the verdict. */
  before: z.string(),
  after: z.string(),
  corrections: z.array(correction),
  agreed: z
    .boolean()
    .nullable()
    .describe(
      'Of a second approval: whether it came to the same text as the first one; null where that could be read, ' +
        'because a verdict had been taken back',
    ),
  agreement: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('Of a second approval, as `agreed`: share of the words that both have'),
  /** Somebody has taken this verdict back. */
  undone: z.boolean(),
})

const spoken = z.number().min(0).describe('Seconds from the start of the recording')

/** Words are in reading order; corrections and `uncertainWords` count them from 0. */
const detail = reviewResource.extend({
  text: z.string(),
  uncertainWords: z.array(z.number().int()).describe('Indexes of the words to look at, most doubtful first'),
  rounds: z.array(roundResource).describe('Every verdict, oldest first'),
  blind: z
    .boolean()
    .describe(
      'Somebody has approved it, and what they made of it is told once the second reviewer has decided',
    ),
})

export const reviewDetailResource = z.discriminatedUnion('kind', [
  detail.extend({
    kind: z.literal('document'),
    pages: z.array(
      z.object({ number: z.number().int(), width: z.number().int(), height: z.number().int(), confidence }),
    ),
    words: z.array(z.object({ text: z.string(), confidence, page: z.number().int(), box })),
  }),
  detail.extend({
    kind: z.literal('voice'),
    duration: spoken,
    segments: z.array(z.object({ start: spoken, end: spoken, text: z.string(), confidence })),
    words: z.array(
      z.object({
        text: z.string(),
        confidence,
        segment: z.number().int().describe('Position in `segments`, from 0'),
        start: spoken,
        end: spoken,
      }),
    ),
  }),
])

export function presentReview(review: Review, now: Date): z.input<typeof reviewResource> {
  const status = statusAt(review, now)
  const held = status === 'claimed'
  return {
    id: review.id,
    kind: review.kind,
    subjectId: review.subjectId,
    projectId: review.projectId,
    confidence: review.confidence,
    status,
    round: review.round,
    claimedBy: held ? review.claimedBy : null,
    claimExpiresAt: held ? (review.claimExpiresAt?.toISOString() ?? null) : null,
    createdAt: review.createdAt.toISOString(),
    updatedAt: review.updatedAt.toISOString(),
    version: review.version,
  }
}

export function presentDetail(found: ReviewDetail, now: Date): z.input<typeof reviewDetailResource> {
  const { review, reading, verdicts, policy, blind } = found
  return {
    ...presentReview(review, now),
    text: textOf(reading),
    uncertainWords: uncertainWords(reading, policy),
    rounds: verdicts.map((verdict) => presentRound(verdict, verdicts)),
    blind,
    ...wordsIn(reading),
  }
}

function wordsIn(reading: Reading) {
  if (reading.kind === 'document') {
    const { pages } = reading.value
    return {
      kind: reading.kind,
      pages: pages.map(({ number, width, height, confidence }) => ({ number, width, height, confidence })),
      words: pages.flatMap(({ number, words }) => words.map((word) => ({ ...word, page: number }))),
    }
  }
  const { duration, segments } = reading.value
  return {
    kind: reading.kind,
    duration,
    segments: segments.map(({ start, end, text, confidence }) => ({ start, end, text, confidence })),
    words: segments.flatMap(({ words }, segment) => words.map((word) => ({ ...word, segment }))),
  }
}

const presentRound = (recorded: RecordedVerdict, all: readonly Verdict[]): z.input<typeof roundResource> => ({
  round: recorded.round,
  verdict: recorded.verdict,
  by: recorded.by,
  at: recorded.at.toISOString(),
  reason: recorded.reason,
  before: recorded.beforeText,
  after: recorded.afterText,
  corrections: [...recorded.corrections],
  agreed: recorded.agreed,
  agreement: recorded.agreement,
  undone: all.some(({ undoes }) => undoes === recorded.id),
})
