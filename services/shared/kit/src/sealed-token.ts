import { keyFor, seal, unseal } from './sealing.ts'

/*
 * A token that opens an account travels by event from `identity`, which makes it, to `notifications`, which mails it.
 * Events are kept for ever and can be read by operators, so there it is encrypted with a key that only these two have.
 */

const keyOf = (secret: string): Buffer => keyFor('alta: tokens in mails', secret)

export const sealToken = (secret: string, token: string): string =>
  seal(keyOf(secret), Buffer.from(token)).toString('base64url')

/** @throws {Error} when it was sealed with another key, or is not what was sealed */
export const openToken = (secret: string, sealed: string): string =>
  unseal(keyOf(secret), Buffer.from(sealed, 'base64url')).toString()
