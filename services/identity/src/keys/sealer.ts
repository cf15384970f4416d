import { unavailable } from '@alta/kit/errors'
import { keyFor, seal, unseal } from '@alta/kit/sealing'

const SHORTEST = 32

/**
 * The keys of `IDENTITY_KEY_ENCRYPTION_KEY`: the first is the one that counts, and those after it are what it was before.
 * @throws {Error} for one that is too short to be a key
 */
export function encryptionKeys(setting: string): [string, ...string[]] {
  const [first = '', ...former] = setting.split(' ')
  if ([first, ...former].some((key) => key.length < SHORTEST)) {
    throw new Error(
      `IDENTITY_KEY_ENCRYPTION_KEY: each key has at least ${SHORTEST} characters, with one space between them`,
    )
  }
  return [first, ...former]
}

export interface Sealer {
  seal(plain: Buffer): Buffer
  /** @throws {Problem} 503 `unavailable`, for the log with the name of the thing, when none of the keys opens it */
  unseal(sealed: Buffer, what: string): Buffer
  /** @returns the same under the first key; undefined when it is so already. @throws as `unseal` */
  sealedAnew(sealed: Buffer, what: string): Buffer | undefined
}

/** Encrypts with the first key of the setting, and reads what any of them has encrypted. */
export function sealer(purpose: string, setting: string): Sealer {
  const [current, ...former] = encryptionKeys(setting).map((secret) => keyFor(purpose, secret)) as [
    Buffer,
    ...Buffer[],
  ]

  function open(sealed: Buffer, what: string): { plain: Buffer; isCurrent: boolean } {
    let cause: unknown
    for (const key of [current, ...former]) {
      try {
        return { plain: unseal(key, sealed), isCurrent: key === current }
      } catch (error) {
        cause = error
      }
    }
    throw unavailable('unavailable', 'Signing in is not possible right now.', {
      note: `${what} cannot be decrypted: IDENTITY_KEY_ENCRYPTION_KEY is not the one it was encrypted with; put that one behind the new one, with a space between them`,
      cause,
    })
  }

  return {
    seal: (plain) => seal(current, plain),
    unseal: (sealed, what) => open(sealed, what).plain,
    sealedAnew(sealed, what) {
      const { plain, isCurrent } = open(sealed, what)
      return isCurrent ? undefined : seal(current, plain)
    },
  }
}
