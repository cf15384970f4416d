import type { Problem } from '../api/problem.ts'
import type { ItemKind } from './file-kind.ts'

/**
 * waiting: its turn comes. sending. paused: by the person. away: no connection, it goes on by itself. lost: begun
 * before a reload, and wants its file again. done, duplicate: there. failed: nothing helps but another file, or trying
 * again.
 */
export type UploadState = 'waiting' | 'sending' | 'paused' | 'away' | 'lost' | 'done' | 'duplicate' | 'failed'

export interface Upload {
  readonly id: number
  readonly projectId: string
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly sent: number
  readonly state: UploadState
  readonly kind: ItemKind | undefined
  /** What it has become, or what had its bytes already. */
  readonly itemId?: string
  readonly problem?: Problem | 'type'
}

export const isOver = ({ state }: Upload): boolean =>
  state === 'done' || state === 'duplicate' || state === 'failed'

/** Whether leaving the page would interrupt it. */
export const isUnderWay = ({ state }: Upload): boolean =>
  state === 'waiting' || state === 'sending' || state === 'away'

const places: Readonly<Record<UploadState, number>> = {
  ...{ sending: 0, paused: 1, lost: 1, failed: 1, away: 2, waiting: 2, done: 3, duplicate: 3 },
}

/** What moves first, then what somebody has to see to, and last what is there. */
export const inOrder = (uploads: readonly Upload[]): Upload[] =>
  uploads.toSorted((one, other) => places[one.state] - places[other.state])

/** Whether the same file may be taken at another time. */
export const mayHelpAgain = ({ problem }: Upload): boolean =>
  problem !== 'type' && problem?.code !== UNREADABLE

/** The service's word for a file that is none of those that are read, by its bytes. */
export const UNREADABLE = 'unsupported_media_type'

/** Of all that is not over, from 0 to 1. */
export function progressOf(uploads: readonly Upload[]): number {
  const open = uploads.filter((upload) => !isOver(upload))
  const size = open.reduce((sum, each) => sum + each.size, 0)
  return size === 0 ? 1 : open.reduce((sum, each) => sum + each.sent, 0) / size
}
