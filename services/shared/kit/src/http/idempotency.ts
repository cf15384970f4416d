import { createHash } from 'node:crypto'
import type { Principal } from '../auth/principal.ts'
import { badRequest, conflict, type Problem, unprocessable } from '../errors.ts'
import type { PresentedAnswer } from './answer.ts'

/** One key of one user for one route: the same key of two users means two requests. */
export interface IdempotencyScope {
  readonly tenantId: string
  readonly userId: string
  /** As `POST /api/v1/projects`. */
  readonly route: string
  readonly key: string
  /** SHA-256 of what was asked for: tells a repetition from another request under the same key. */
  readonly fingerprint: string
}

/** Remembers answers. The database's keeps them in the transaction that made them true. */
export interface IdempotencyStore {
  /**
   * Runs `handle` the first time, gives its answer again every other time. A failed run is forgotten.
   * @throws {Problem} `idempotencyKeyReused()`, `requestInProgress()`
   */
  run(
    scope: IdempotencyScope,
    handle: () => Promise<PresentedAnswer>,
  ): Promise<{ answer: PresentedAnswer; replayed: boolean }>
}

export const idempotencyKeyReused = (): Problem =>
  unprocessable('idempotency_key_reused', 'This Idempotency-Key was used for another request.')

export const requestInProgress = (): Problem =>
  conflict('request_in_progress', 'A request with this Idempotency-Key is being worked on.', {
    headers: { 'retry-after': '1' },
  })

/** Routes that need no token share these: the platform's default tenant, and nobody. */
const nobody = {
  tenantId: '00000000-0000-7000-8000-000000000000',
  userId: '00000000-0000-0000-0000-000000000000',
}

/** @throws {Problem} 400 `invalid_idempotency_key` */
export function checkedKey(header: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return header
  throw badRequest('invalid_idempotency_key', 'An Idempotency-Key has 1 to 255 visible ASCII characters.')
}

export function idempotencyScope(
  key: string,
  request: { route: string; url: string; input: unknown; principal: Principal | undefined },
): IdempotencyScope {
  const { tenantId, userId } = request.principal ?? nobody
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([request.route, request.url, request.input], withoutSecrets))
    .digest('hex')
  return { tenantId, userId, route: request.route, key, fingerprint }
}

/** A fingerprint is stored, and a fast hash over a password would undo the slow one that protects it. */
const withoutSecrets = (name: string, value: unknown): unknown =>
  /password|secret|token|otp/i.test(name) ? '' : value
