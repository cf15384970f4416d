import { callerIs, requestConcerns } from '@alta/kit/audit/caller'
import type { Database } from '@alta/kit/database/database'
import { keyFor, seal, unseal } from '@alta/kit/sealing'
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import { z } from 'zod'
import type { IdentitySchema } from '../database/schema.ts'
import { hashOf } from '../keys/opaque-token.ts'
import { findClient } from './client.repository.ts'
import { clientMetadata } from './client-metadata.ts'
import {
  consumeRecord,
  type FoundRecord,
  findRecord,
  findSessionRecord,
  removeGrant,
  removeGrantedOf,
  removeRecord,
  tenantOfRecord,
  writeRecord,
} from './record.repository.ts'

const REFRESH_TOKEN = 'RefreshToken'
const GRANT = 'Grant'
/** Kinds that end with the consent that they come from. */
const granted = new Set([GRANT, REFRESH_TOKEN, 'AuthorizationCode', 'AccessToken'])

const uuid = z.uuid()
const uuidOrNull = (text: unknown): string | null => uuid.safeParse(text).data ?? null

/**
 * Where the OAuth library keeps codes, tokens, consents and the cookies of its pages. Each row is found by the hash of
 * its id and sealed under the id, so that who reads the database can use nothing of it.
 * @param options.grace see `rotate` of sessions, in seconds
 * @param options.successorOf of a refresh token
 */
export function recordAdapter(options: {
  database: Database<IdentitySchema>
  grace: number
  successorOf: (token: string) => string
}): AdapterFactory {
  const { database, grace, successorOf } = options
  // Whose it is the record tells, once it is found.
  const { systemRead: read, system: write } = database

  /**
   * Whether a use counts as the first one: that of the token before the current one, within the grace and as long as
   * the current one was not used.
   */
  async function isExcused(kind: string, id: string, { consumedFor }: FoundRecord): Promise<boolean> {
    if (kind !== REFRESH_TOKEN || consumedFor === null || consumedFor >= grace) return false
    const successor = await read((tx) => findRecord(tx, kind, hashOf(successorOf(id))))
    // None yet: whoever came first is just about to write it.
    return successor === undefined || successor.consumedFor === null
  }

  return (kind): Adapter => ({
    async upsert(id, payload, lifetime) {
      const { jti: _, ...kept } = payload
      const bytes = Buffer.from(JSON.stringify(kept))
      const isGrant = kind === GRANT
      const session = kind === 'Session' ? (payload.accountId ? payload.uid : undefined) : payload.sessionUid
      const of = { client_id: uuidOrNull(payload.clientId), user_id: uuidOrNull(payload.accountId) }
      await write(async ({ tx }) =>
        writeRecord(
          tx,
          {
            kind,
            hash: hashOf(id),
            tenant_id: await tenantOfRecord(tx, of),
            ...of,
            session_id: uuidOrNull(session),
            grant_id: granted.has(kind) ? ((isGrant ? id : payload.grantId) ?? null) : null,
            sealed: isGrant ? null : seal(keyOf(kind, id), bytes),
            payload: isGrant ? bytes.toString() : null,
            lifetime: lifetime ?? 0,
          },
          // A successor that several were given at once must not come back to life by the slowest of them.
          { keep: kind === REFRESH_TOKEN },
        ),
      )
    },

    async find(id) {
      if (kind === 'Client') {
        const client = uuid.safeParse(id).success ? await read((tx) => findClient(tx, id)) : undefined
        return client && clientMetadata(client)
      }
      const found = await read((tx) => findRecord(tx, kind, hashOf(id)))
      if (!found) return undefined
      const payload =
        found.payload ?? JSON.parse(unseal(keyOf(kind, id), found.sealed ?? Buffer.of()).toString())
      const used = found.consumedFor !== null && !(await isExcused(kind, id, found))
      // It was written by `upsert`.
      return { ...payload, jti: id, ...(used ? { consumed: true } : {}) } as AdapterPayload
    },

    async consume(id) {
      const first = await write(async ({ tx }) => {
        const found = await findRecord(tx, kind, hashOf(id))
        if (found?.client_id) requestConcerns('client', found.client_id, found.tenant_id)
        if (found?.user_id) {
          const sessionId = found.session_id ?? ''
          callerIs({ userId: found.user_id, tenantId: found.tenant_id, sessionId, roles: [] })
        }
        return consumeRecord(tx, kind, hashOf(id))
      })
      if (first || (kind === REFRESH_TOKEN && grace > 0)) return
      throw new errors.InvalidGrant('used at the same moment by somebody else')
    },

    destroy: (id) =>
      write(({ tx }) => (kind === GRANT ? removeGrant(tx, id) : removeRecord(tx, kind, hashOf(id)))),
    revokeByGrantId: (grantId) => write(({ tx }) => removeGrantedOf(tx, grantId, kind)),
    // Asked by a page whether the browser is still signed in as it was: the cookie itself cannot be told from the uid.
    async findByUid(uid) {
      const session = uuid.safeParse(uid).data
      const found = session === undefined ? undefined : await read((tx) => findSessionRecord(tx, session))
      return (
        found && { uid, accountId: found.userId, kind, exp: Math.floor(found.expiresAt.getTime() / 1000) }
      )
    },
    // Of a feature that is off: devices do not sign in by a code that is typed.
    findByUserCode: async () => undefined,
  })
}

const keyOf = (kind: string, id: string): Buffer => keyFor(`alta identity: oauth ${kind}`, id)
