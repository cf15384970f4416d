import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { dashboardFiles, dashboards } from '../dashboards/all.ts'
import { grafanaDashboard } from '../dashboards/schema.ts'
import { filesOfEveryService, wrongIn } from '../generate/every-service.ts'
import {
  alertsFolder,
  panelExpressions,
  type Rule,
  readRules,
  ruleExpressions,
} from '../observe/expressions.ts'
import { foreignMetrics, ownMetrics } from '../observe/known-metrics.ts'
import { parsePromql } from '../observe/promql.ts'
import { discoverServices } from '../services/discover.ts'
import { runbookOf } from '../slo/rules.ts'

/** Faults of alerts, dashboards and runbooks. */
export async function brokenObservability(root: string): Promise<string[]> {
  const rules = await readRules(root)
  return [
    ...(await brokenExpressions(root, rules)),
    ...(await brokenAlerts(root, rules)),
    ...brokenDashboards(),
    ...(await forgottenServices(root)),
  ]
}

async function forgottenServices(root: string): Promise<string[]> {
  const services = await discoverServices(root)
  const files = await filesOfEveryService(root)
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')))
  return files.flatMap((file, index) =>
    wrongIn(texts[index] ?? '', services).map((wrong) => `${file}: ${wrong}`),
  )
}

/** What is no PromQL, and what asks for a metric that nobody has. */
async function brokenExpressions(root: string, rules: readonly Rule[]): Promise<string[]> {
  const recorded = rules.flatMap(({ record }) => (record ? [record] : []))
  const known = new Set([...(await ownMetrics(root)), ...Object.values(foreignMetrics).flat(), ...recorded])
  const used = new Set<string>()
  const faults = [...panelExpressions(), ...ruleExpressions(rules)].flatMap(({ where, expr }) => {
    const parsed = parsePromql(expr)
    for (const name of parsed.metrics) used.add(name)
    const unknown = parsed.metrics.filter((name) => !known.has(name))
    return [
      ...parsed.faults.map((fault) => `${where}: ${fault}`),
      ...unknown.map(
        (name) => `${where}: nobody has the metric ${name}; see platform/src/observe/known-metrics.ts`,
      ),
    ]
  })
  const unused = Object.values(foreignMetrics)
    .flat()
    .filter((name) => !used.has(name))
  return [
    ...faults,
    ...unused.map((name) => `platform/src/observe/known-metrics.ts: ${name} is used nowhere`),
  ]
}

const severities = ['critical', 'warning', 'info']

async function brokenAlerts(root: string, rules: readonly Rule[]): Promise<string[]> {
  const alerts = rules.filter(({ alert }) => alert !== undefined)
  const tests = await readTests(root)
  const uids = dashboards.map(({ uid }) => `d/${uid}`)
  return alerts.flatMap(({ alert = '', file, labels, annotations }) => {
    const { summary, description, runbook_url: runbook, dashboard_url: dashboard } = annotations
    const name = `${alertsFolder}/${file}: ${alert}`
    return [
      ...(severities.includes(labels.severity ?? '') ? [] : [`${name} has no severity`]),
      ...(summary ? [] : [`${name} has no summary`]),
      ...(description?.includes('$value') ? [] : [`${name} says no value in its description`]),
      ...(runbook === runbookOf(alert) ? [] : [`${name} leads to ${runbook}, not to ${runbookOf(alert)}`]),
      ...(existsSync(join(root, runbookOf(alert))) ? [] : [`${runbookOf(alert)} is missing`]),
      ...(uids.includes(dashboard ?? '') ? [] : [`${name} leads to no dashboard of ours`]),
      ...(tests.some((test) => test.startsWith(`${alert} fires`))
        ? []
        : [`${name} has no test where it fires`]),
      ...(tests.some((test) => test.startsWith(`${alert} is silent`))
        ? []
        : [`${name} has no test where it is silent`]),
    ]
  })
}

/** Names of the promtool tests. */
async function readTests(root: string): Promise<string[]> {
  const folder = join(root, alertsFolder, 'tests')
  const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')))
  return texts.flatMap((text) => [...text.matchAll(/^ {2}- name: "?(.+?)"?$/gm)].map(([, name = '']) => name))
}

function brokenDashboards(): string[] {
  const uids = dashboards.map(({ uid }) => uid)
  const twice = uids.filter((uid, index) => uids.indexOf(uid) !== index)
  return [
    ...twice.map((uid) => `two dashboards are called ${uid}`),
    ...dashboardFiles().flatMap(([path, json]) => {
      const { error } = grafanaDashboard.safeParse(JSON.parse(json))
      return error ? [`${path}: ${z.prettifyError(error)}`] : []
    }),
  ]
}
