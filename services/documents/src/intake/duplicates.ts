import { conflict, type Problem } from '@alta/kit/errors'
import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema.ts'
import type { Kind } from './kind.ts'

interface SameBytes {
  readonly id: string
  readonly trashed: boolean
}

/**
 * An item of the project that has these bytes, other than `except`: one that holds them against new ones before one
 * that lies in the trash, where the newest comes first.
 */
export async function itemWithSameBytes(
  tx: Kysely<Schema>,
  kind: Kind,
  place: { projectId: string; sha256: string; except?: string },
): Promise<SameBytes | undefined> {
  const { rows } = await sql<SameBytes>`
    select item.id, item.deleted_at is not null as trashed
    from versions join ${sql.table(kind.table)} item on item.id = versions.item_id
    where versions.sha256 = ${place.sha256} and versions.project_id = ${place.projectId}
      and item.id is distinct from ${place.except ?? null}::uuid
    order by versions.claims_bytes desc, item.id desc
    limit 1
  `.execute(tx)
  return rows[0]
}

/** The refusal of bytes that the project has, which says where they are. */
export async function duplicate(
  tx: Kysely<Schema>,
  kind: Kind,
  projectId: string,
  sha256: string,
): Promise<Problem> {
  const found = await itemWithSameBytes(tx, kind, { projectId, sha256 })
  return conflict(kind.codes.duplicate, `The project has a ${kind.noun} with the same bytes.`, {
    extensions: { [kind.idName]: found?.id, trashed: found?.trashed },
  })
}
