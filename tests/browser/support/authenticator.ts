import { createHmac } from 'node:crypto'
import type { Client } from '../../support/client.ts'

const PERIOD_SECONDS = 30
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** An app on somebody's phone: RFC 6238 as Alta uses it. Made here, so that it is not compared with itself. */
export interface Authenticator {
  /** @param steps of 30 seconds away from now: each step's code works once */
  code(steps?: number): string
}

/** Sets the second factor of somebody up; the code of the step before this one is used by it. */
export async function addSecondFactor(person: Client): Promise<Authenticator> {
  const { body } = await person.call('POST', '/api/v1/auth/totp')
  const app = authenticator(body.secret)
  const confirmed = await person.call('POST', '/api/v1/auth/totp/confirm', { code: app.code(-1) })
  if (confirmed.status !== 200) throw new Error(`no second factor: ${JSON.stringify(confirmed.body)}`)
  return app
}

/** @param secret as people type it into their app */
export function authenticator(secret: string): Authenticator {
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [])
  return {
    code(steps = 0) {
      const counter = Buffer.alloc(8)
      counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / PERIOD_SECONDS) + steps))
      const mac = createHmac('sha1', key).update(counter).digest()
      const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fff_ffff
      return String(number % 1_000_000).padStart(6, '0')
    },
  }
}
