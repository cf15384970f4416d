import { createHmac, timingSafeEqual } from 'node:crypto'
import { keyFor } from '../sealing.ts'

/** Carries the proof from the gateway to a service that it reaches without a sidecar. */
export const EDGE_PROOF_HEADER = 'alta-edge-proof'

/** Milliseconds that clocks may differ and a request may be on its way. */
const TOLERANCE = 30_000
const form = /^(\d{13})\.([A-Za-z0-9_-]{43})$/

/**
 * What stands in for the sidecars' mutual TLS where a connection cannot pass them: the gateway shows that it knows a
 * key, and the key itself never travels. A proof is good for what it was made for, such as one ticket, and half a minute.
 * @param secret the same at both ends
 */
export function edgeProof(secret: string) {
  const key = keyFor('alta edge proof', secret)
  const macOf = (subject: string, time: string): Buffer =>
    createHmac('sha256', key).update(`${time}\n${subject}`).digest()

  return {
    prove(subject: string): string {
      const time = String(Date.now())
      return `${time}.${macOf(subject, time).toString('base64url')}`
    },
    holds(subject: string, shown: unknown): boolean {
      const [, time = '', mac = ''] = form.exec(typeof shown === 'string' ? shown : '') ?? []
      if (time === '' || Math.abs(Date.now() - Number(time)) > TOLERANCE) return false
      return timingSafeEqual(Buffer.from(mac, 'base64url'), macOf(subject, time))
    },
  }
}

export type EdgeProof = ReturnType<typeof edgeProof>
