import { createHash, randomBytes } from 'node:crypto'
import { keyFor, seal, unseal } from '@alta/kit/sealing'

/** 256 random bits. */
export const newRefreshToken = (): string => randomBytes(32).toString('base64url')

/** Fast on purpose: a token with 256 random bits cannot be guessed from its hash. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/**
 * Encrypts a token's successor under the token itself. The database then holds nothing that could be
 * used by its reader, and still whoever comes with the predecessor can be given the same successor.
 */
export const sealSuccessor = (token: string, successor: string): Buffer =>
  seal(keyFor('alta identity: successor', token), Buffer.from(successor))

export const unsealSuccessor = (token: string, sealed: Buffer): string =>
  unseal(keyFor('alta identity: successor', token), sealed).toString()
