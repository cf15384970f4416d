import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Checkout } from '../checkout.ts'
import { line, type Say } from '../console/steps.ts'
import type { Secrets } from '../secrets.ts'
import { excuses } from './empty.ts'
import { type Expression, panelExpressions, readRules, ruleExpressions } from './expressions.ts'
import { parsePromql } from './promql.ts'
import { workload } from './workload.ts'

/** The slowest sample takes a minute on a busy machine, and some figures are counted every half minute. */
const PATIENCE_MS = 240_000
const EVERY_MS = 5_000

interface Asked extends Expression {
  /** Each must have had an answer at some time. */
  readonly queries: readonly string[]
}

/**
 * Asks everything that panels and rules ask, again and again while samples are being read.
 * @returns whether everything has had data, but for what is declared as legitimately empty
 */
export async function verifyData(options: {
  checkout: Checkout
  secrets: Secrets
  gatewayUrl: string
  address: string
  say: Say
}): Promise<boolean> {
  const { checkout, address, say } = options
  const asked = [...panelExpressions(), ...ruleExpressions(await readRules(checkout.root))].map(queriesOf)
  const open = new Set(asked.flatMap(({ queries }) => queries))
  const total = open.size
  say(`${asked.length} panels and rules, ${total} queries`)
  let working = true
  const work = workload(options).finally(() => {
    working = false
  })
  // Told where it is awaited; what nobody listens to until then would end the process.
  work.catch(() => undefined)
  const end = Date.now() + PATIENCE_MS
  while (open.size > 0 && Date.now() < end) {
    for (const query of open) if (await hasData(address, query)) open.delete(query)
    const due = [...open].filter((query) => !excuseOf(query))
    if (!working && due.length === 0) break
    await sleep(EVERY_MS)
  }
  await work
  return tell(asked, open, total, say)
}

/** An alert is silent as a rule: of it every selector must find something. */
function queriesOf(expression: Expression): Asked {
  return {
    ...expression,
    queries: expression.isAlert ? parsePromql(expression.expr).selectors : [expression.expr],
  }
}

const answer = z.object({
  status: z.literal('success'),
  data: z.object({ result: z.array(z.looseObject({ value: z.tuple([z.number(), z.string()]) })) }),
})

/** NaN is no data: nothing was divided by nothing. */
async function hasData(address: string, query: string): Promise<boolean> {
  const response = await fetch(`${address}/api/v1/query?${new URLSearchParams({ query })}`)
  const body: unknown = await response.json()
  if (!response.ok) throw new Error(`${query}: ${JSON.stringify(body)}`)
  return answer.parse(body).data.result.some(({ value: [, value] }) => value !== 'NaN')
}

const excuseOf = (query: string): string | undefined =>
  excuses.find(({ matches }) => matches.test(query))?.because

function tell(asked: readonly Asked[], open: ReadonlySet<string>, total: number, say: Say): boolean {
  const empty = asked.flatMap(({ where, queries }) =>
    queries.filter((query) => open.has(query)).map((query) => ({ where, query, because: excuseOf(query) })),
  )
  for (const { where, because } of empty) if (because) line('empty', `${where}: ${because}`)
  const faults = empty.filter(({ because }) => because === undefined)
  for (const { where, query } of faults) line('no data', `${where}: ${query}`)
  // Several may ask the same.
  const missing = new Set(faults.map(({ query }) => query)).size
  say(
    `${total - open.size} of ${total} queries had data, ${open.size - missing} empty for a reason, ${missing} without one`,
  )
  return faults.length === 0
}
