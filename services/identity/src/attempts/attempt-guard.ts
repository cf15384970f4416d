import { createHmac } from 'node:crypto'
import { refusedWith, requestOrigin } from '@alta/kit/audit/caller'
import type { Database } from '@alta/kit/database/database'
import { type Problem, tooManyRequests } from '@alta/kit/errors'
import { networkOf } from '@alta/kit/http/network'
import { keyFor } from '@alta/kit/sealing'
import type { Kysely } from 'kysely'
import type { AttemptScope, IdentitySchema } from '../database/schema.ts'
import { newToken } from '../keys/opaque-token.ts'
import { type Allowance, secondsLeft } from './delay.ts'
import {
  type Counter,
  countFailure,
  failuresOf,
  forgetFailures,
  resetFailures,
} from './failed-attempt.repository.ts'
import {
  type Client,
  forgetClientsOf,
  hasSignedInElsewhere,
  knownKinds,
  rememberClient,
} from './known-client.repository.ts'

/** Somebody is about to show a password. */
export interface Attempt {
  /** @throws {Problem} 429 `too_many_attempts` while it has to wait; costs no hash */
  admit(): Promise<void>
  /** The password was wrong. @param refusal what the caller will be told */
  failed(refusal: Problem): Promise<void>
}

export interface SignInAttempt extends Attempt {
  /**
   * Takes back the failures of this account and client, and knows the client from now on.
   * @param remember whether the device wants a token by which it is known wherever it is
   * @returns that token, when a new one was made; and whether neither the device nor its network was
   *   known before, although others were
   */
  succeeded(
    tx: Kysely<IdentitySchema>,
    user: { id: string; tenant_id: string },
    remember: boolean,
  ): Promise<{ deviceToken: string | undefined; isNew: boolean }>
  /** The owner has proven otherwise who they are: every client is a stranger now, but for this one. */
  reclaimed(tx: Kysely<IdentitySchema>, user: { id: string; tenant_id: string }): Promise<void>
}

export type AttemptGuard = ReturnType<typeof attemptGuard>

/**
 * Makes guessing slow, and locks nobody out: whoever was wrong too often waits, for a second and then twice as long
 * each time. Why so, and which counter holds up whom: docs/decisions/0016-delay-never-lock.md.
 * @param options.secret keys the hashes of addresses
 * @param options.failuresPerAddress wrong passwords from one address, over all accounts, that are let pass
 */
export function attemptGuard(options: {
  database: Database<IdentitySchema>
  secret: string
  failuresPerAddress: number
}) {
  const { database } = options
  const allowances: Readonly<Record<AttemptScope, Allowance>> = {
    pair: { failures: 5, longestSeconds: 900 },
    account: { failures: 50, longestSeconds: 60 },
    address: { failures: options.failuresPerAddress, longestSeconds: 900 },
  }
  const hashKey = keyFor('alta identity: failed attempts', options.secret)
  const digest = (...words: string[]): Buffer =>
    createHmac('sha256', hashKey).update(JSON.stringify(words)).digest()

  async function refuseWhileWaiting(tx: Kysely<IdentitySchema>, counters: readonly Counter[]): Promise<void> {
    const waits = (await failuresOf(tx, counters)).map((found) => secondsLeft(found, allowances[found.scope]))
    const longest = Math.max(0, ...waits)
    if (longest > 0) throw tooManyAttempts(Math.ceil(longest))
  }

  const count = (counters: readonly Counter[], refusal: Problem): Promise<void> =>
    database.system(async ({ tx }) => {
      // The commit is no success of the request: its refusal is noted as every other one.
      refusedWith(refusal, { changed: false })
      await countFailure(tx, counters)
    })

  /** Where somebody is: their network, and the device that they say they have. */
  function clientsOf(deviceToken?: string): { network: string; here: Client; device: Client | undefined } {
    const { address } = requestOrigin()
    const network = address === null ? 'unknown' : networkOf(address)
    return {
      network,
      here: { kind: 'address', client: digest('client', network) },
      device: deviceToken ? { kind: 'device', client: digest('device', deviceToken) } : undefined,
    }
  }

  return {
    /** @param email normalised; there need not be such an account, and nothing here is different then */
    signIn(email: string, deviceToken?: string): SignInAttempt {
      const { network, here, device } = clientsOf(deviceToken)
      const pairWith = ({ kind, client }: Client): Counter => ({
        scope: 'pair',
        key: digest('pair', email, kind, client.toString('hex')),
      })
      const account: Counter = { scope: 'account', key: digest('account', email) }
      const ofAddress: Counter = { scope: 'address', key: digest('address', network) }

      const countersOf = async (tx: Kysely<IdentitySchema>): Promise<[Counter, ...Counter[]]> => {
        const known = await knownKinds(tx, email, device ? [here, device] : [here])
        if (device && known.has('device')) return [pairWith(device)]
        return known.has('address') ? [pairWith(here), ofAddress] : [pairWith(here), account, ofAddress]
      }

      return {
        admit: () => database.systemRead(async (tx) => refuseWhileWaiting(tx, await countersOf(tx))),
        failed: async (refusal) => {
          const counters = await database.systemRead(countersOf)
          await count(counters, refusal)
        },
        async succeeded(tx, user, remember) {
          const [pair] = await countersOf(tx)
          await resetFailures(tx, pair)
          const isNewPlace = await rememberClient(tx, user, here)
          if (device && (await knownKinds(tx, email, [device])).has('device')) {
            await rememberClient(tx, user, device)
            return { deviceToken: undefined, isNew: false }
          }
          const isNew = isNewPlace && (await hasSignedInElsewhere(tx, user.id, here))
          if (!remember) return { deviceToken: undefined, isNew }
          const token = newToken()
          await rememberClient(tx, user, { kind: 'device', client: digest('device', token) })
          return { deviceToken: token, isNew }
        },
        async reclaimed(tx, user) {
          await forgetClientsOf(tx, user.id)
          await resetFailures(tx, pairWith(here))
          await rememberClient(tx, user, here)
        },
      }
    },

    /** Somebody who is signed in shows the password again: a stolen session must not be the way to guess it. */
    again(sessionId: string): Attempt & { succeeded(tx: Kysely<IdentitySchema>): Promise<void> } {
      const counter: Counter = { scope: 'pair', key: digest('session', sessionId) }
      return {
        admit: () => database.systemRead((tx) => refuseWhileWaiting(tx, [counter])),
        failed: (refusal) => count([counter], refusal),
        succeeded: (tx) => resetFailures(tx, counter),
      }
    },

    /**
     * Somebody shows a code. Counted in the transaction that holds the factor: guesses take turns. Clients that the
     * account does not know share one counter, so that many of them guess no more than one; those that it knows have
     * one each, so that whoever has the password keeps nobody out who is where they always are.
     */
    async secondFactor(
      tx: Kysely<IdentitySchema>,
      user: { id: string; email: string },
      deviceToken?: string,
    ) {
      const { here, device } = clientsOf(deviceToken)
      const known = await knownKinds(tx, user.email, device ? [here, device] : [here])
      const client = device && known.has('device') ? device : known.has('address') ? here : undefined
      const words = client ? [client.kind, client.client.toString('hex')] : ['strangers']
      const counter: Counter = { scope: 'pair', key: digest('second factor', user.id, ...words) }
      return {
        admit: () => refuseWhileWaiting(tx, [counter]),
        async failed(refusal: Problem) {
          refusedWith(refusal, { changed: false })
          await countFailure(tx, [counter])
        },
        succeeded: () => resetFailures(tx, counter),
      }
    },

    /** Removes counters that nothing depends on any more. @returns how many */
    forget: (): Promise<number> =>
      database.system(({ tx }) =>
        forgetFailures(tx, {
          pair: allowances.pair.failures,
          account: allowances.account.failures,
          address: allowances.address.failures,
        }),
      ),
  }
}

const tooManyAttempts = (seconds: number): Problem =>
  tooManyRequests(
    'too_many_attempts',
    `That was wrong too often. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    { headers: { 'retry-after': String(seconds) } },
  )
