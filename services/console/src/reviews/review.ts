import type { AnswerTo } from '../api/api.ts'

export type ReviewState = AnswerTo<'/api/v1/reviews/{id}/claim', 'get'>
export type Review = AnswerTo<'/api/v1/reviews/{id}', 'get'>
export type DocumentReview = Extract<Review, { kind: 'document' }>
export type VoiceReview = Extract<Review, { kind: 'voice' }>
export type Round = Review['rounds'][number]

/** Live: somebody may decide on it. */
export const isLive = ({ status }: Pick<ReviewState, 'status'>): boolean =>
  status === 'open' || status === 'claimed'

/** In the words of the key of a phrase. */
export const statusKey = (status: ReviewState['status']) => `status_${status}` as const
