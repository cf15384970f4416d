import { keyFor, seal, unseal } from '@alta/kit/sealing'

/**
 * Encrypts a token's successor under the token itself. The database then holds nothing that could be
 * used by its reader, and still whoever comes with the predecessor can be given the same successor.
 */
export const sealSuccessor = (token: string, successor: string): Buffer =>
  seal(keyFor('alta identity: successor', token), Buffer.from(successor))

export const unsealSuccessor = (token: string, sealed: Buffer): string =>
  unseal(keyFor('alta identity: successor', token), sealed).toString()
