import { Problem } from '@alta/kit/errors'

/**
 * What a call that has failed says about its upstream: the code of the failure, or undefined for nothing.
 * A time-out counts, and a sidecar that cannot reach the service. What a service has written itself does not, whatever
 * its status: it is there and quick, and who finds a request that it fails over must not be able to close it to
 * everybody. Nor does the own sidecar: when that is away every service looks dead, from here alone.
 */
export function failureOf(error: unknown): string | undefined {
  if (!(error instanceof Problem)) return undefined
  if (error.code === 'upstream_timeout') return error.code
  return error.code === 'upstream_unavailable' && !isOwnSidecar(error) ? error.code : undefined
}

/** Nothing was heard from the sidecar: connection refused or lost. What it answers has no such code. */
const isOwnSidecar = ({ cause }: Problem): boolean =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
