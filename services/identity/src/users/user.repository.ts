import type { Role } from '@alta/kit/auth/permissions'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { IdentitySchema } from '../database/schema.ts'

export type UserRow = Selectable<IdentitySchema['users']>
type ServiceAccount = Omit<UserRow, 'created_at' | 'email_verified_at' | 'disabled_at' | 'token_version'>
export type NewUser = Omit<ServiceAccount, 'kind' | 'owner_id'>

/** @returns undefined when somebody has the address already, of whatever tenant */
export function insertUser(tx: Kysely<IdentitySchema>, user: NewUser): Promise<UserRow | undefined> {
  return tx
    .insertInto('users')
    .values(user)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
}

export function insertServiceAccount(tx: Kysely<IdentitySchema>, account: ServiceAccount): Promise<UserRow> {
  return tx.insertInto('users').values(account).returningAll().executeTakeFirstOrThrow()
}

export function userById(tx: Kysely<IdentitySchema>, id: string): Promise<UserRow | undefined> {
  return tx.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
}

/** To the end of the transaction: what is decided by looking at a user's rows is decided by one at a time. */
export function lockUser(tx: Kysely<IdentitySchema>, id: string): Promise<UserRow | undefined> {
  return tx.selectFrom('users').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

/** The first time counts. */
export async function markEmailVerified(tx: Kysely<IdentitySchema>, id: string): Promise<void> {
  await tx
    .updateTable('users')
    .set({ email_verified_at: sql<Date>`coalesce(email_verified_at, clock_timestamp())` })
    .where('id', '=', id)
    .execute()
}

export async function giveRole(tx: Kysely<IdentitySchema>, id: string, role: Role): Promise<void> {
  await tx
    .updateTable('users')
    .set({ roles: sql<string[]>`array_append(roles, ${role})` })
    .where('id', '=', id)
    .where(sql<boolean>`not ${role} = any (roles)`)
    .execute()
}

/** @throws what `isEmailTaken` knows, when somebody has the address already; the transaction is lost then */
export function replaceEmail(tx: Kysely<IdentitySchema>, id: string, email: string): Promise<UserRow> {
  return tx
    .updateTable('users')
    .set({ email, email_verified_at: null })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export const isEmailTaken = (error: unknown): boolean =>
  error instanceof Error &&
  'constraint' in error &&
  ['users_email_unique', 'users_email_of_one'].includes(String(error.constraint))

/** The user with the stored hash of the password; `tenant_disabled_at` keeps everybody of a tenant out. */
export function userToSignIn(
  tx: Kysely<IdentitySchema>,
  email: string,
): Promise<(UserRow & { password_hash: string; tenant_disabled_at: Date | null }) | undefined> {
  return tx
    .selectFrom('users')
    .innerJoin('credentials', 'credentials.user_id', 'users.id')
    .innerJoin('tenants', 'tenants.tenant_id', 'users.tenant_id')
    .selectAll('users')
    .select(['credentials.password_hash', 'tenants.disabled_at as tenant_disabled_at'])
    .where('users.email', '=', email)
    .executeTakeFirst()
}

const activeUsers = (tx: Kysely<IdentitySchema>) =>
  tx
    .selectFrom('users')
    .innerJoin('tenants', 'tenants.tenant_id', 'users.tenant_id')
    .selectAll('users')
    .where('users.disabled_at', 'is', null)
    .where('tenants.disabled_at', 'is', null)

/** The user while nothing keeps them out, neither themselves nor with their tenant. */
export const activeUserById = (tx: Kysely<IdentitySchema>, id: string): Promise<UserRow | undefined> =>
  activeUsers(tx).where('users.id', '=', id).executeTakeFirst()

/** A person: no mail ever goes to a service account. */
export const activePersonByEmail = (
  tx: Kysely<IdentitySchema>,
  email: string,
): Promise<UserRow | undefined> =>
  activeUsers(tx).where('users.email', '=', email).where('users.kind', '=', 'person').executeTakeFirst()

export async function passwordHashOf(
  tx: Kysely<IdentitySchema>,
  userId: string,
): Promise<string | undefined> {
  const row = await tx
    .selectFrom('credentials')
    .select('password_hash')
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row?.password_hash
}

/**
 * Whether the stored hash is still this one and the user may sign in, and so to the end of the transaction. A sign-in
 * that is under way while the password changes, or the user is disabled, must not leave a session behind.
 */
export async function holdPasswordHash(
  tx: Kysely<IdentitySchema>,
  userId: string,
  hash: string,
): Promise<boolean> {
  const row = await tx
    .selectFrom('credentials')
    .innerJoin('users', 'users.id', 'credentials.user_id')
    .select('user_id')
    .where('user_id', '=', userId)
    .where('password_hash', '=', hash)
    .where('disabled_at', 'is', null)
    .forShare()
    .executeTakeFirst()
  return row !== undefined
}

export async function insertPasswordHash(
  tx: Kysely<IdentitySchema>,
  user: Pick<UserRow, 'id' | 'tenant_id'>,
  hash: string,
): Promise<void> {
  await tx
    .insertInto('credentials')
    .values({ user_id: user.id, tenant_id: user.tenant_id, password_hash: hash })
    .execute()
}

/**
 * Whatever the hash was before: the user has proven by other means who they are.
 * @returns whether there was one: who was invited has none yet
 */
export async function setPasswordHash(
  tx: Kysely<IdentitySchema>,
  user: Pick<UserRow, 'id' | 'tenant_id'>,
  hash: string,
): Promise<boolean> {
  // xmax is 0 in a row that was inserted.
  const { rows } = await sql<{ replaced: boolean }>`
    insert into credentials (user_id, tenant_id, password_hash)
    values (${user.id}, ${user.tenant_id}, ${hash})
    on conflict (user_id) do update set password_hash = excluded.password_hash, changed_at = clock_timestamp()
    returning xmax <> 0 as replaced
  `.execute(tx)
  return rows[0]?.replaced ?? false
}

/**
 * Replaces one stored hash by another.
 * @returns false when the stored one is not `from` any more: somebody else was faster
 */
export async function replacePasswordHash(
  tx: Kysely<IdentitySchema>,
  userId: string,
  { from, to }: { from: string; to: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('credentials')
    .set({ password_hash: to, changed_at: new Date() })
    .where('user_id', '=', userId)
    .where('password_hash', '=', from)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export function namesOf(
  tx: Kysely<IdentitySchema>,
  ids: readonly string[],
): Promise<{ id: string; name: string }[]> {
  return tx.selectFrom('users').select(['id', 'name']).where('id', 'in', ids).execute()
}
