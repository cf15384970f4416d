import { createHash } from 'node:crypto'

/**
 * The name of a consent in access tokens and in revocations, which know UUIDs. What the library calls it is found by
 * nobody who has a token.
 */
export function consentId(grantId: string): string {
  const bytes = createHash('sha256').update(grantId).digest().subarray(0, 16)
  // RFC 9562, 5.8: version 8 is for bits of one's own making.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
