import type { Database } from '@alta/kit/database/database'
import type { Kysely, KyselyPlugin } from 'kysely'

/** How PostgreSQL goes about the one query, written as SQL, that `find` makes for a tenant, and over how many rows. */
export async function planOf<Schema>(
  database: Database<Schema>,
  tenantId: string,
  find: (tx: Kysely<Schema>) => Promise<unknown>,
): Promise<string> {
  const lines: unknown[] = []
  const explaining: KyselyPlugin = {
    transformQuery: ({ node }) =>
      node.kind === 'RawNode'
        ? {
            ...node,
            sqlFragments: [
              `explain (analyze, costs off, timing off, summary off) ${node.sqlFragments[0]}`,
              ...node.sqlFragments.slice(1),
            ],
          }
        : node,
    transformResult: async ({ result }) => {
      lines.push(...result.rows.flatMap((row) => Object.values(row)))
      return { ...result, rows: [] }
    },
  }
  await database.read(tenantId, (tx) => find(tx.withPlugin(explaining)))
  return lines.join('\n')
}
