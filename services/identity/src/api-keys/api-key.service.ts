import { type Permission, permissionsOf } from '@alta/kit/auth/permissions'
import type { Principal } from '@alta/kit/auth/principal'
import type { Database } from '@alta/kit/database/database'
import { conflict, forbidden, notFound, type Problem, unauthorized } from '@alta/kit/errors'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Kysely } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'
import type { AccessTokens } from '../keys/access-token.ts'
import { hashOf, newToken } from '../keys/opaque-token.ts'
import type { AccountMails } from '../mail-tokens/account-mails.ts'
import { sessionEnded } from '../sessions/session.problems.ts'
import { isOpen } from '../sessions/session.repository.ts'
import { lockUser, type UserRow, userById } from '../users/user.repository.ts'
import {
  type ApiKeyRow,
  insertKey,
  keyByHash,
  liveKeysOf,
  noteUses,
  revokeKeys,
} from './api-key.repository.ts'

const PREFIX = 'alta_'
const HINT_CHARACTERS = PREFIX.length + 6
const MOST_KEYS = 50

export interface NewKey {
  name: string
  scope: readonly Permission[]
  expiresInDays: number
}

export type ApiKeyService = ReturnType<typeof apiKeyService>

/** Keys for programs: a person's own, or those of a service account. */
export function apiKeyService(options: {
  database: Database<IdentitySchema>
  tokens: AccessTokens
  mails: AccountMails
}) {
  const { database, tokens, mails } = options
  const used = new Set<string>()

  /**
   * A key is not its owner: one that may read documents must not list and revoke the others.
   * @throws {Problem} 401 `session_ended`
   */
  async function insistOnPerson(tx: Kysely<IdentitySchema>, { sessionId }: Principal): Promise<void> {
    if (!(await isOpen(tx, sessionId))) throw sessionEnded()
  }

  /** @throws {Problem} 404 `service_account_not_found`, also for a person */
  async function holder(
    tx: Kysely<IdentitySchema>,
    principal: Principal,
    accountId?: string,
  ): Promise<UserRow> {
    if (accountId === undefined) {
      await insistOnPerson(tx, principal)
      const user = await lockUser(tx, principal.userId)
      if (user && !user.disabled_at) return user
    } else {
      const account = await lockUser(tx, accountId)
      if (account?.kind === 'service' && !account.disabled_at) return account
    }
    throw noSuchAccount()
  }

  return {
    /**
     * @param accountId of a service account; without it the key is the caller's own
     * @returns the key, which is never shown again: what is stored is a hash
     * @throws {Problem} 403 `scope_too_wide`, 404 `service_account_not_found`, 409 `too_many_keys`
     */
    async create(
      principal: Principal,
      { name, scope, expiresInDays }: NewKey,
      accountId?: string,
    ): Promise<{ row: ApiKeyRow; key: string }> {
      const key = PREFIX + newToken()
      const row = await database.transaction(principal.tenantId, async ({ tx, emit }) => {
        const user = await holder(tx, principal, accountId)
        const has = permissionsOf(user.roles, user.tenant_id)
        // Who makes a key for another account gets hold of it: it must not open more than they could.
        if (scope.some((permission) => !has.has(permission) || !principal.permissions.has(permission))) {
          throw forbidden('scope_too_wide', 'A key cannot do what its owner, or who makes it, may not do.')
        }
        if ((await liveKeysOf(tx, user.id)).length >= MOST_KEYS) throw tooManyKeys()
        // A service account has no mailbox.
        if (user.kind === 'person') mails.tellOfChange(emit, user, 'api-key-made')
        return insertKey(
          tx,
          {
            id: randomUUIDv7(),
            tenant_id: user.tenant_id,
            user_id: user.id,
            hash: hashOf(key),
            name,
            hint: key.slice(0, HINT_CHARACTERS),
            scope: [...scope],
            created_by: principal.userId,
          },
          expiresInDays,
        )
      })
      return { row, key }
    },

    async list(principal: Principal, accountId?: string): Promise<ApiKeyRow[]> {
      return database.read(principal.tenantId, async (tx) => {
        const id = accountId ?? principal.userId
        if (accountId === undefined) await insistOnPerson(tx, principal)
        if (accountId !== undefined && (await userById(tx, id))?.kind !== 'service') throw noSuchAccount()
        return liveKeysOf(tx, id)
      })
    },

    /** @throws {Problem} 404 `api_key_not_found`, also for somebody else's */
    async revoke(principal: Principal, id: string, accountId?: string): Promise<void> {
      await database.transaction(principal.tenantId, async ({ tx }) => {
        const user = await holder(tx, principal, accountId)
        if ((await revokeKeys(tx, user.id, id)) === 0) {
          throw notFound('api_key_not_found', 'There is no such key, or it has ended.')
        }
      })
    },

    /**
     * A short access token for a key: what its scope names and its user may do now. Reads only; its use is noted later.
     * @throws {Problem} 401 `invalid_api_key`
     */
    async exchange(key: string): Promise<{ accessToken: string; expiresIn: number }> {
      const found = await database.system(({ tx }) => keyByHash(tx, hashOf(key)))
      if (!found) throw unauthorized('invalid_api_key', 'This key is not valid (any more).')
      used.add(found.id)
      const subject = {
        userId: found.user_id,
        tenantId: found.tenant_id,
        sessionId: found.id,
        roles: found.roles,
        version: found.token_version,
        scope: found.scope,
      }
      const expiresIn = Math.max(1, Math.min(120, tokens.lifetime, Math.floor(found.secondsLeft)))
      return { accessToken: await tokens.issue(subject, expiresIn), expiresIn }
    },

    /** For a job of every minute: so often at most is the use of a key written; what cannot be written is by the next. */
    async noteUses(): Promise<void> {
      const ids = [...used]
      if (ids.length === 0) return
      used.clear()
      try {
        await database.system(({ tx }) => noteUses(tx, ids))
      } catch (error) {
        for (const id of ids) used.add(id)
        throw error
      }
    },
  }
}

const noSuchAccount = (): Problem =>
  notFound('service_account_not_found', 'There is no such account, or it is disabled.')

const tooManyKeys = (): Problem =>
  conflict('too_many_keys', `An account has ${MOST_KEYS} keys at most; revoke one first.`)
