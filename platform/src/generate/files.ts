import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { authorizationMatrix, MATRIX } from '../authorization/matrix.ts'
import { publicRoutes } from '../authorization/route-table.ts'
import { dashboardFiles } from '../dashboards/all.ts'
import { discoverServices } from '../services/discover.ts'
import { sloRuleTests } from '../slo/rule-tests.ts'
import { sloRules } from '../slo/rules.ts'
import { chartFiles } from './chart-files.ts'
import { subscriptionComponents } from './components.ts'
import { readContracts } from './contracts.ts'
import { eventRows, eventTableMarkdown, withEventTable } from './event-table.ts'
import { contractRegistry } from './registry.ts'
import { consoleApi } from './routes/console-api.ts'
import { gatewayRoutes, serviceDocuments } from './routes/gateway-routes.ts'
import { serviceChartFiles } from './service-chart.ts'
import { skaffoldConfig } from './skaffold.ts'
import { readAllSubscriptions } from './subscriptions.ts'
import { buildTopology } from './topology.ts'

export interface Generated {
  /** Path from the checkout's root to what the file should contain. */
  readonly files: Map<string, string>
  readonly eventRows: string[][]
}

/** Everything that follows from contracts and subscriptions, without writing any of it. */
export async function generate(root: string): Promise<Generated> {
  const contracts = await readContracts(root)
  const apps = await discoverServices(root)
  const documents = await serviceDocuments(root)
  const subscriptions = await readAllSubscriptions(root, apps, contracts)
  const files = new Map<string, string>([
    ['services/shared/contracts/src/generated/registry.ts', contractRegistry(contracts)],
    ['services/gateway/src/routing/generated/routes.json', gatewayRoutes(documents)],
    ['services/console/src/api/generated/openapi.d.ts', await consoleApi(root, documents)],
    ['dapr/components/generated/subscriptions.yaml', subscriptionComponents(subscriptions)],
    ['charts/platform/files/alerts/slo.yaml', sloRules()],
    ['charts/platform/files/alerts/tests/slo.yaml', sloRuleTests()],
    ...dashboardFiles(),
    ['dapr/generated/topology.json', `${JSON.stringify(buildTopology(contracts, subscriptions), null, 2)}\n`],
  ])
  for (const [path, text] of await chartFiles(root, files)) files.set(path, text)
  for (const [path, text] of await serviceChartFiles(root)) files.set(path, text)
  files.set('skaffold.yaml', skaffoldConfig(apps))
  files.set(MATRIX, authorizationMatrix(await publicRoutes(root)))
  const rows = eventRows(contracts, subscriptions)
  const readme = join(root, 'README.md')
  if (existsSync(readme))
    files.set('README.md', withEventTable(await readFile(readme, 'utf8'), eventTableMarkdown(rows)))
  return { files, eventRows: rows }
}

/** Paths whose file differs from what `generate` would write. */
export async function staleFiles(root: string, { files }: Generated): Promise<string[]> {
  const stale: string[] = []
  for (const [path, text] of files) {
    const file = join(root, path)
    if (!existsSync(file) || (await readFile(file, 'utf8')) !== text) stale.push(path)
  }
  return stale
}

/** Writes what differs and returns those paths. */
export async function writeGenerated(root: string, generated: Generated): Promise<string[]> {
  const stale = await staleFiles(root, generated)
  for (const path of stale) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), generated.files.get(path) ?? '')
  }
  return stale
}
