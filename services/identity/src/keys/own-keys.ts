import type { KeySource } from '@alta/kit/auth/tokens'
import { createLocalJWKSet } from 'jose'
import type { Keyring } from './keyring.ts'

/** The keys that identity publishes, for its own verification. */
export function ownKeys(keys: Keyring): KeySource {
  return async (header, token) => createLocalJWKSet(await keys.published())(header, token)
}
