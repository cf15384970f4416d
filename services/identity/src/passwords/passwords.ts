import type { Problem } from '@alta/kit/errors'
import type { Attempt } from '../attempts/attempt-guard.ts'
import { hashPassword, isOutdated, passwordMatches } from './argon2id.ts'
import type { HashingQueue } from './hashing-queue.ts'

export interface Passwords {
  hash(password: string): Promise<string>
  /**
   * Takes the time of one hash whether or not there is a stored one, so that the clock does not
   * tell which addresses have an account. Asks the attempt before it waits and again before it hashes: so of many
   * at once no more are let through than are hashed at once.
   * @throws {Problem} `wrong`, once the attempt has counted it
   */
  check(
    password: string,
    stored: string | undefined,
    guarded: { attempt: Attempt; wrong: Problem },
  ): Promise<void>
  isOutdated(stored: string): boolean
}

export function passwords(queue: HashingQueue): Passwords {
  // Nobody knows the password of this one; made at the start, so that the first stranger waits no longer than others.
  const nobodys = hashPassword(crypto.randomUUID())

  return {
    hash: (password) => queue.run(() => hashPassword(password)),
    async check(password, stored, { attempt, wrong }) {
      await attempt.admit()
      await queue.run(async () => {
        await attempt.admit()
        const found = await passwordMatches(password, stored ?? (await nobodys))
        if (found && stored !== undefined) return
        await attempt.failed(wrong)
        throw wrong
      })
    },
    isOutdated,
  }
}
