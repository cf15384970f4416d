import { randomBytes } from 'node:crypto'
import { hashOf } from '../keys/opaque-token.ts'

export const RECOVERY_CODES = 10

/** Crockford's: without letters that are taken for digits. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** 120 random bits, so that a fast hash of it is as good as a slow one (ASVS 6.5.2). */
export function newRecoveryCode(): string {
  const letters = [...randomBytes(24)].map((byte) => alphabet[byte & 31])
  return Array.from({ length: 4 }, (_, group) => letters.slice(6 * group, 6 * group + 6).join('')).join('-')
}

/** Of a code as people type it. */
export const recoveryCodeHash = (code: string): Buffer =>
  hashOf(code.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1'))
