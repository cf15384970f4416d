import { Secret, TOTP } from 'otpauth'

const PERIOD_SECONDS = 30
const SECRET_BYTES = 20

/** RFC 6238 with the values that every authenticator app knows: SHA-1, six digits, 30 seconds. */
const totpOf = (secret: Buffer, label: string): TOTP =>
  new TOTP({
    issuer: 'Alta',
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
    // A buffer of Node may be a window into a larger one.
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
  })

/** 160 random bits, as RFC 4226 advises. */
export const newTotpSecret = (): Buffer => Buffer.from(new Secret({ size: SECRET_BYTES }).bytes)

/** What an app reads, typed or as a QR code. @param label shown in the app */
export function enrolmentOf(secret: Buffer, label: string): { secret: string; uri: string } {
  const totp = totpOf(secret, label)
  return { secret: totp.secret.base32, uri: totp.toString() }
}

/**
 * The step that a code belongs to: the current one, or that before or after it, for clocks that differ and people who
 * type. ASVS 6.5.5 would have the current one alone.
 */
export function stepOf(secret: Buffer, code: string, now = Date.now()): number | undefined {
  const delta = totpOf(secret, '').validate({ token: code, timestamp: now, window: 1 })
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_SECONDS) + delta
}
