import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { dashboards } from '../dashboards/all.ts'

/** Something that asks Prometheus. */
export interface Expression {
  /** `pipeline: Pages` or `outbox.yaml: OutboxStalled`. */
  readonly where: string
  readonly expr: string
  /** An alert is silent as a rule; what it looks at must be there all the same. */
  readonly isAlert: boolean
}

const rule = z.strictObject({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
})
const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })),
})

export type Rule = z.infer<typeof rule> & { readonly file: string }

export const alertsFolder = 'charts/platform/files/alerts'

export async function readRules(root: string): Promise<Rule[]> {
  const names = (await readdir(join(root, alertsFolder))).filter((name) => name.endsWith('.yaml')).sort()
  const files = await Promise.all(
    names.map(async (file) => {
      const { groups } = ruleFile.parse(parse(await readFile(join(root, alertsFolder, file), 'utf8')))
      return groups.flatMap(({ rules }) => rules.map((one) => ({ ...one, file })))
    }),
  )
  return files.flat()
}

/** What Grafana fills in, with everything chosen. */
const variables: Readonly<Record<string, string>> = {
  $namespace: '.*',
  $job: '.+',
  $__rate_interval: '1m',
  $__range: '3h',
}

export const filledIn = (expr: string): string =>
  Object.entries(variables).reduce((text, [name, value]) => text.replaceAll(name, value), expr)

export const panelExpressions = (): Expression[] =>
  dashboards.flatMap(({ uid, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap(({ title, queries }) =>
        queries.map(({ expr }) => ({
          where: `${uid.replace('alta-', '')}: ${title}`,
          expr: filledIn(expr),
          isAlert: false,
        })),
      ),
    ),
  )

export const ruleExpressions = (rules: readonly Rule[]): Expression[] =>
  rules.map(({ alert, record, expr, file, labels }) => ({
    where: `${file}: ${alert ?? record}${labels.slo ? ` (${labels.slo})` : ''}`,
    expr,
    isAlert: alert !== undefined,
  }))
