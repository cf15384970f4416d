import type { ReactNode } from 'react'
import { Empty, ProblemNotice, Skeleton } from '../../ui/notice.tsx'

/** A list, or what stands for it: its failure, bars while it comes, what to do when there is nothing. */
export function Listed({
  error,
  isPending,
  isEmpty,
  onRetry,
  emptyTitle,
  emptyWords,
  children,
}: {
  error: unknown
  isPending: boolean
  isEmpty: boolean
  onRetry?: () => void
  emptyTitle: string
  emptyWords?: ReactNode
  children: ReactNode
}) {
  const failure = Boolean(error) && <ProblemNotice error={error} {...(onRetry ? { onRetry } : {})} />
  if (isPending) return <Skeleton lines={8} />
  if (isEmpty && failure) return failure
  if (isEmpty) return <Empty title={emptyTitle}>{emptyWords && <p>{emptyWords}</p>}</Empty>
  // What was there at the last look stays: who looks during an outage needs it most.
  return (
    <>
      {failure}
      {children}
    </>
  )
}
