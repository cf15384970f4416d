import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { answer, api } from '../../api/api.ts'
import { liveState } from '../../live/live.ts'
import { useMe } from '../../session/session.ts'
import { keepState } from '../queries.ts'
import { isLive, type ReviewState } from '../review.ts'

/** Milliseconds. Somebody who has done nothing for so long does not hold an item up. */
const ACTIVE_MS = 5 * 60_000
const LOOK_EVERY_MS = 10_000

export interface Claim {
  readonly isMine: boolean
  /** Somebody else works on it. */
  readonly isTaken: boolean
  /** Takes it, or keeps it longer. @throws {Problem} */
  take(): Promise<ReviewState>
  /** Ends it; of somebody else's an owner of the project. */
  release: () => void
  readonly error: unknown
  readonly isPending: boolean
}

/**
 * Who may work on an item. It is claimed by itself as soon as there is work that could be lost, and again when the
 * connection returns, and the claim is made longer for as long as somebody works.
 * @param work that was done on it; undefined while there is none
 */
export function useClaim(state: ReviewState, work: unknown): Claim {
  const me = useMe()
  const connection = useSyncExternalStore(liveState.subscribe, liveState.current)
  const isMine = state.status === 'claimed' && state.claimedBy === me.id
  const isTaken = state.status === 'claimed' && !isMine
  const { id } = state
  const take = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/reviews/{id}/claim', { params: { path: { id } } })),
    onSuccess: keepState,
  })
  const release = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/reviews/{id}/release', { params: { path: { id } } })),
    onSuccess: keepState,
  })

  const isWanted = work !== undefined && isLive(state) && !isMine && !isTaken
  /** The work with which it was given back: only more of it claims the item again. */
  const givenBack = useRef<unknown>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the connection is back it is tried again; `take` is new each time.
  useEffect(() => {
    if (isWanted && work !== givenBack.current && !take.isPending) take.mutate()
  }, [isWanted, connection, state.version, work])

  useRenewal(isMine ? state.claimExpiresAt : null, () => take.mutate())
  return {
    isMine,
    isTaken,
    take: () => take.mutateAsync(),
    release() {
      givenBack.current = work
      release.mutate()
    },
    error: take.error ?? release.error,
    isPending: take.isPending || release.isPending,
  }
}

/** @param expiresAt of one's own claim, else null */
function useRenewal(expiresAt: string | null, renew: () => void): void {
  const active = useRef(Date.now())
  const newest = useRef(renew)
  newest.current = renew
  useEffect(() => {
    const note = () => {
      active.current = Date.now()
    }
    window.addEventListener('keydown', note, { capture: true, passive: true })
    window.addEventListener('pointerdown', note, { capture: true, passive: true })
    return () => {
      window.removeEventListener('keydown', note, { capture: true })
      window.removeEventListener('pointerdown', note, { capture: true })
    }
  }, [])
  useEffect(() => {
    if (expiresAt === null) return
    const whole = Date.parse(expiresAt) - Date.now()
    const timer = setInterval(() => {
      const left = Date.parse(expiresAt) - Date.now()
      if (left < whole / 2 && Date.now() - active.current < ACTIVE_MS) newest.current()
    }, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [expiresAt])
}
