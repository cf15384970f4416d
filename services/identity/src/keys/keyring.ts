import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Database } from '@alta/kit/database/database'
import { log } from '@alta/kit/telemetry/log'
import { calculateJwkThumbprint, exportJWK, type JSONWebKeySet } from 'jose'
import type { Kysely } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'
import { insertKey, type KeyRow, listKeys, lockKeys } from './key.repository.ts'
import { type Sealer, sealer } from './sealer.ts'

interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

export interface Keyring {
  /**
   * The key to sign with now; makes the platform's first one when there is none.
   * @throws {Problem} 503 `unavailable` when it cannot be decrypted
   */
  current(): Promise<SigningKey>
  /** What verifiers should know: the next key if there is one, the current, and those whose tokens may still live. */
  published(): Promise<JSONWebKeySet>
  /**
   * Makes the next key before the current one is old. It is published at once and signs ten minutes later.
   * @returns when it signs; undefined when one is announced already
   */
  rotate(): Promise<{ kid: string; activatesAt: Date } | undefined>
}

const generateKeys = promisify(generateKeyPair)
const minute = 60_000
const day = 24 * 60 * minute

/** Other processes and services look for new keys at least this often; a new key signs only after it. */
const reloadAfter = minute
const announcement = 10 * minute
/** The longest life that access tokens can be given, and a minute in which another process signs with what it knows. */
const tokensOutlive = 61 * minute

export const sealedKeys = (setting: string): Sealer => sealer('alta identity: private signing keys', setting)

/**
 * The signing keys: RSA of 3,072 bits, private parts encrypted in the database.
 * @param options.secret encrypts the private parts: see `sealer`
 * @param options.replaceAfterDays age at which the newest key gets a successor
 */
export function keyring(options: {
  database: Database<IdentitySchema>
  secret: string
  replaceAfterDays: number
  now?: () => number
}): Keyring {
  const { database, replaceAfterDays, now = Date.now } = options
  const sealed = sealedKeys(options.secret)
  let known: { rows: KeyRow[]; at: number } | undefined
  let loading: Promise<KeyRow[]> | undefined
  const opened = new Map<string, SigningKey>()

  const isDue = (newest: KeyRow | undefined): boolean =>
    !newest || newest.created_at.getTime() + replaceAfterDays * day <= now()

  async function addKey(tx: Kysely<IdentitySchema>, before: readonly KeyRow[]): Promise<KeyRow> {
    // Nobody waits for a first key: there is nothing that verifiers could still be using.
    const activatesAt = new Date(now() + (before.length === 0 ? 0 : announcement))
    const row = await newKey(sealed, new Date(now()), activatesAt)
    await insertKey(tx, row)
    log.info({ kid: row.kid, activatesAt }, 'made a signing key')
    return row
  }

  async function load(): Promise<KeyRow[]> {
    const rows = await database.system(async ({ tx }) => {
      const found = await listKeys(tx)
      if (!isDue(found[0])) return found
      await lockKeys(tx)
      const afterLock = await listKeys(tx)
      if (!isDue(afterLock[0])) return afterLock
      return [await addKey(tx, afterLock), ...afterLock]
    })
    known = { rows, at: now() }
    return rows
  }

  async function rows(): Promise<KeyRow[]> {
    if (known && now() - known.at < reloadAfter) return known.rows
    loading ??= load().finally(() => {
      loading = undefined
    })
    if (!known) return loading
    // Keys change once in months: known ones serve on while the database is away.
    const stale = known
    return loading.catch((error: unknown) => {
      log.warn({ err: error }, 'could not look for new signing keys; going on with the known ones')
      return stale.rows
    })
  }

  const active = (all: KeyRow[]): number => all.findIndex((row) => row.activates_at.getTime() <= now())

  return {
    async current() {
      const all = await rows()
      const row = all[active(all)]
      if (!row) throw new Error('there are signing keys, but none of them is active yet')
      const key = opened.get(row.kid) ?? open(row, sealed)
      opened.set(row.kid, key)
      return key
    },
    async published() {
      const all = await rows()
      const current = active(all)
      const needed = all.filter((_row, index) => {
        const successor = all[index - 1]
        return index <= current || (successor && successor.activates_at.getTime() + tokensOutlive > now())
      })
      return { keys: needed.map((row) => row.public_jwk) }
    },
    async rotate() {
      const made = await database.system(async ({ tx }) => {
        await lockKeys(tx)
        const rows = await listKeys(tx)
        // A second one would sign before every verifier has heard of the first.
        if (rows[0] && rows[0].activates_at.getTime() > now()) return undefined
        const row = await addKey(tx, rows)
        return { rows: [row, ...rows], row }
      })
      if (!made) return undefined
      known = { rows: made.rows, at: now() }
      return { kid: made.row.kid, activatesAt: made.row.activates_at }
    },
  }
}

async function newKey(sealed: Sealer, createdAt: Date, activatesAt: Date): Promise<KeyRow> {
  const { publicKey, privateKey } = await generateKeys('rsa', { modulusLength: 3072 })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return {
    kid,
    public_jwk: { ...jwk, kid, use: 'sig', alg: 'RS256' },
    sealed_private_key: sealed.seal(privateKey.export({ type: 'pkcs8', format: 'der' })),
    created_at: createdAt,
    activates_at: activatesAt,
  }
}

function open({ kid, sealed_private_key }: KeyRow, sealed: Sealer): SigningKey {
  const der = sealed.unseal(sealed_private_key, `signing key ${kid}`)
  return { kid, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) }
}
