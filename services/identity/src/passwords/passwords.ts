import { hashPassword, isOutdated, passwordMatches } from './argon2id.ts'
import type { HashingQueue } from './hashing-queue.ts'

export interface Passwords {
  hash(password: string): Promise<string>
  /**
   * Takes the time of one hash whether or not there is a stored one, so that the clock does not
   * tell which addresses have an account.
   */
  matches(password: string, stored: string | undefined): Promise<boolean>
  isOutdated(stored: string): boolean
}

export function passwords(queue: HashingQueue): Passwords {
  // Nobody knows the password of this one; made at the start, so that the first stranger waits no longer than others.
  const nobodys = hashPassword(crypto.randomUUID())

  return {
    hash: (password) => queue.run(() => hashPassword(password)),
    matches: (password, stored) =>
      queue.run(async () => {
        const found = await passwordMatches(password, stored ?? (await nobodys))
        return found && stored !== undefined
      }),
    isOutdated,
  }
}
