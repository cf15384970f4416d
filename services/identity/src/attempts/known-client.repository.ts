import { type Kysely, sql } from 'kysely'
import type { ClientKind, IdentitySchema } from '../database/schema.ts'

export interface Client {
  readonly kind: ClientKind
  readonly client: Buffer
}

const FORGOTTEN_AFTER = sql`interval '90 days'`

/** Of each user and kind; older ones make room. */
const MOST_CLIENTS = 20

/** Which of these clients have signed in to the account before. */
export async function knownKinds(
  tx: Kysely<IdentitySchema>,
  email: string,
  clients: readonly Client[],
): Promise<Set<ClientKind>> {
  const { rows } = await sql<{ kind: ClientKind }>`
    select known.kind
    from known_clients known
    join users on users.id = known.user_id
    where users.email = ${email}
      and (known.kind, known.client) in (${sql.join(clients.map(({ kind, client }) => sql`(${kind}, ${client})`))})
  `.execute(tx)
  return new Set(rows.map(({ kind }) => kind))
}

/** @returns whether it was a stranger: of several at once that remember it, to one of them alone */
export async function rememberClient(
  tx: Kysely<IdentitySchema>,
  user: { id: string; tenant_id: string },
  { kind, client }: Client,
): Promise<boolean> {
  // A row that was updated has been locked by this very transaction: xmax is its id, and 0 in one that was inserted.
  const { rows } = await sql<{ inserted: boolean }>`
    insert into known_clients (user_id, tenant_id, kind, client)
    values (${user.id}, ${user.tenant_id}, ${kind}, ${client})
    on conflict (user_id, kind, client) do update set last_used_at = clock_timestamp()
    returning xmax = 0 as inserted
  `.execute(tx)
  await sql`
    delete from known_clients
    where user_id = ${user.id} and kind = ${kind} and client in (
      select client from known_clients
      where user_id = ${user.id} and kind = ${kind}
      order by last_used_at desc offset ${MOST_CLIENTS}
    )
  `.execute(tx)
  return rows[0]?.inserted ?? false
}

/**
 * Whether somebody has signed in to the account from anywhere but there. An account that is younger than the time after
 * which clients are forgotten, and has none, is new.
 */
export async function hasSignedInElsewhere(
  tx: Kysely<IdentitySchema>,
  userId: string,
  { kind, client }: Client,
): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select created_at < now() - ${FORGOTTEN_AFTER} or exists (
      select from known_clients where user_id = ${userId} and (kind, client) <> (${kind}, ${client})
    ) as has
    from users where id = ${userId}
  `.execute(tx)
  return rows[0]?.has ?? false
}

export async function forgetClientsOf(tx: Kysely<IdentitySchema>, userId: string): Promise<void> {
  await tx.deleteFrom('known_clients').where('user_id', '=', userId).execute()
}

/** @returns how many are gone */
export async function forgetUnusedClients(tx: Kysely<IdentitySchema>): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('known_clients')
    .where('last_used_at', '<', sql<Date>`now() - ${FORGOTTEN_AFTER}`)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
