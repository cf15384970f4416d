import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { Problem, payloadTooLarge } from '@alta/kit/errors'
import type { BodyClass } from '../routing/route-entry.ts'

export interface BodyRule {
  /** Bytes of the JSON, or of the file. */
  readonly maximumBytes: number
  /** Milliseconds for the whole body. */
  readonly total: number
  /** Milliseconds it may stand still. */
  readonly idle: number
}

export type BodyRules = Readonly<Record<BodyClass, BodyRule>>

/** What multipart puts around a file: boundaries, part headers, the other fields. */
const framing = 64 * 1024

const roomIn = (bodyClass: BodyClass, rule: BodyRule): number =>
  rule.maximumBytes + (bodyClass === 'json' ? 0 : framing)

const tooLarge = (bodyClass: BodyClass, rule: BodyRule): Problem =>
  payloadTooLarge(
    `${{ json: 'A body without a file', document: 'A document', audio: 'A recording' }[bodyClass]} may have at most ${rule.maximumBytes} bytes.`,
    rule.maximumBytes,
  )

export const tooSlow = (): Problem =>
  new Problem({
    status: 408,
    code: 'request_timeout',
    title: 'Too slow',
    detail: 'The body did not arrive in time.',
  })

/** Node's parser has refused bodies whose length is given twice or in two ways. */
export const hasBody = ({ method, headers }: IncomingMessage): boolean =>
  method !== 'GET' &&
  method !== 'HEAD' &&
  (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)

/**
 * Refuses by what the caller announces, before a byte is read.
 * @throws {Problem} 413 `payload_too_large`
 */
export function refuseAnnounced(request: IncomingMessage, bodyClass: BodyClass, rule: BodyRule): void {
  if (Number(request.headers['content-length'] ?? 0) > roomIn(bodyClass, rule))
    throw tooLarge(bodyClass, rule)
}

/**
 * The body as it arrives. It fails with 413 `payload_too_large` once it grows too large and with
 * 408 `request_timeout` once it takes too long; with an ordinary error when the caller goes away.
 */
export function limitedBody(request: IncomingMessage, bodyClass: BodyClass, rule: BodyRule): Transform {
  let seen = 0
  const room = roomIn(bodyClass, rule)
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      idle.refresh()
      if (seen > room) done(tooLarge(bodyClass, rule))
      else done(null, chunk)
    },
    flush(done) {
      clearTimers()
      done()
    },
  })
  // While a service is slow to take it in, the body stands still through no fault of the caller.
  const giveUpIfIdle = (): void => {
    if (body.writableNeedDrain) idle.refresh()
    else body.destroy(tooSlow())
  }
  const idle = setTimeout(giveUpIfIdle, rule.idle)
  const total = setTimeout(() => body.destroy(tooSlow()), rule.total)
  function clearTimers(): void {
    clearTimeout(idle)
    clearTimeout(total)
  }
  body.once('close', clearTimers)
  request.once('close', () => {
    if (!request.complete) body.destroy(new Error('the caller went away while sending'))
  })
  return request.pipe(body)
}

/**
 * Lets a caller who is still sending read the refusal: closing at once would reset the connection and
 * lose the answer. Whoever goes on sending after `patience` milliseconds is cut off.
 */
export function discardRest(request: IncomingMessage, patience = 5_000): void {
  if (request.complete || request.destroyed) return
  request.unpipe()
  request.resume()
  const cut = setTimeout(() => request.destroy(), patience)
  const stop = (): void => clearTimeout(cut)
  request.once('end', stop)
  request.once('close', stop)
}
