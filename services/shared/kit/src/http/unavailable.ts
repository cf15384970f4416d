import { type Problem, unavailable } from '../errors.ts'

/** Of the network, and of PostgreSQL: shutting down, starting, out of connections, connection lost. */
const away = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ],
  ...['08000', '08001', '08003', '08004', '08006', '57P01', '57P02', '57P03', '53300'],
])

/**
 * Nothing can be stored for now: a disk or a quota is full, read-only, broken or closed to us, PostgreSQL is out of
 * memory.
 * Not 25006: every transaction that changes something begins `read write`, so that a read-only one is our mistake.
 */
const full = new Set([
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES', 'EPERM'],
  ...['53000', '53100', '53200', '53400', '58030'],
])
const FULL_RETRY_AFTER = 30

/** PostgreSQL with a full disk, to whoever connects after its catalogue has changed: as XX000, an internal error. */
export const noRoomToConnect = /^could not write init file/

/** PostgreSQL on a standby, to whoever begins a transaction that may write. */
export const onStandby = /^cannot set transaction read-write mode during recovery/

/** Two transactions in each other's way; the same request works a moment later. */
const inTheWay = new Set(['40001', '40P01', '55P03'])

/** Said by pg without a code. */
const lostByPg =
  /^(timeout exceeded when trying to connect|Connection terminated|Client (has encountered a connection error|was closed) and is not queryable)/

/** A 503 for a dependency that is away for now; undefined for every other error. */
export function asUnavailable(error: unknown): Problem | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const code = 'code' in cause ? String(cause.code) : ''
    if (inTheWay.has(code)) {
      return unavailable('unavailable', 'Too much is going on at once. Try again.', {
        cause: error,
        retryAfter: 1,
      })
    }
    if (full.has(code) || onStandby.test(cause.message) || noRoomToConnect.test(cause.message)) {
      return unavailable('unavailable', 'Alta cannot store anything for now. Try again later.', {
        cause: error,
        retryAfter: FULL_RETRY_AFTER,
      })
    }
    if (away.has(code) || lostByPg.test(cause.message)) {
      return unavailable('unavailable', 'Alta is recovering a connection. Try again in a few seconds.', {
        cause: error,
      })
    }
  }
  return undefined
}
