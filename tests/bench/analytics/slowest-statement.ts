import type { Kysely, KyselyPlugin } from 'kysely'

/** A statement's plan as `explain (analyze, buffers)` gives it, and what it took in milliseconds. */
export interface Plan {
  readonly text: string
  readonly took: number
}

/** Explains every statement written as SQL that `work` makes, instead of answering it. @returns the one that took longest */
export async function slowestStatement<Schema>(
  tx: Kysely<Schema>,
  work: (tx: Kysely<Schema>) => Promise<unknown>,
): Promise<Plan> {
  const explained = new WeakSet<object>()
  const plans: Plan[] = []
  const explaining: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      if (node.kind !== 'RawNode') return node
      explained.add(queryId)
      const [first, ...more] = node.sqlFragments
      return { ...node, sqlFragments: [`explain (analyze, buffers, costs off) ${first}`, ...more] }
    },
    transformResult: async ({ result, queryId }) => {
      if (!explained.has(queryId)) return result
      const text = result.rows.flatMap((row) => Object.values(row)).join('\n')
      plans.push({ text, took: Number(/Execution Time: ([\d.]+) ms/.exec(text)?.[1]) })
      return { ...result, rows: [] }
    },
  }
  await work(tx.withPlugin(explaining))
  const [slowest] = plans.toSorted((one, other) => other.took - one.took)
  if (!slowest) throw new Error('no statement was made')
  return slowest
}
