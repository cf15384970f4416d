import { undecidedRoutes } from '../authorization/matrix.ts'
import { missingRoutes, publicRoutes } from '../authorization/route-table.ts'
import { reason } from '../console/steps.ts'
import { generate, staleFiles } from '../generate/files.ts'
import { run } from '../system/run.ts'
import { ToolMissing } from '../tools/missing.ts'
import { brokenCalls } from './calls.ts'
import { brokenCharts } from './charts.ts'
import { brokenConnections } from './connections.ts'
import { brokenContracts } from './contracts.ts'
import { definitionFaults } from './definitions.ts'
import { brokenDirectPorts } from './direct-ports.ts'
import { brokenGitops } from './gitops.ts'
import { brokenImages } from './images.ts'
import { brokenLinks } from './links.ts'
import { istioFaults } from './linters/istio.ts'
import { rolloutFaults } from './linters/rollouts.ts'
import { skaffoldFaults } from './linters/skaffold.ts'
import { brokenMigrations } from './migrations.ts'
import { brokenNeeds } from './needs.ts'
import { brokenObservability } from './observability.ts'
import { promtoolFaults } from './promtool.ts'
import { brokenSettings } from './settings.ts'
import { longFiles } from './sizes.ts'

export interface Check {
  readonly name: string
  /**
   * The faults as text to print; empty when there are none.
   * @throws {ToolMissing} when it cannot be tried on this machine
   */
  work(root: string): Promise<string>
}

const tool = (name: string, args: readonly string[]): Check => ({
  name,
  async work(root) {
    const { code, stdout, stderr } = await run('pnpm', ['exec', ...args], { cwd: root, timeout: 300_000 })
    return code === 0 ? '' : `${stdout}${stderr}`.trimEnd() || `exit code ${code}`
  },
})

const own = (name: string, work: (root: string) => Promise<readonly string[]>): Check => ({
  name,
  work: async (root) => {
    try {
      return (await work(root)).map((fault) => `    ${fault}`).join('\n')
    } catch (error) {
      if (error instanceof ToolMissing) throw error
      return `    ${reason(error)}`
    }
  },
})

/** `make check`, in the order in which the answers come fastest. */
export const checks: readonly Check[] = [
  own('generated', async (root) =>
    (await staleFiles(root, await generate(root))).map((path) => `${path} is stale: make generate`),
  ),
  own('authorization', async (root) => {
    const table = await publicRoutes(root)
    return [...undecidedRoutes(table), ...(await missingRoutes(root, table))]
  }),
  own('contracts', brokenContracts),
  own('migrations', brokenMigrations),
  own('calls, needs', async (root) => [
    ...(await brokenCalls(root)),
    ...(await brokenDirectPorts(root)),
    ...(await brokenNeeds(root)),
  ]),
  own('file sizes', longFiles),
  own('links', brokenLinks),
  own('images', brokenImages),
  own('observability', brokenObservability),
  tool('format, lint', ['biome', 'check', '.']),
  tool('types', ['tsc', '-p', '.']),
  // What runs in a page knows the DOM, and nothing else may.
  tool('types of browser tests', ['tsc', '-p', 'tests/browser']),
  tool('types of the console', ['tsc', '--noEmit', '-p', 'services/console']),
  tool('unused', ['knip', '--no-progress']),
  own('alerts', promtoolFaults),
  own('Argo CD', brokenGitops),
  own('skaffold', skaffoldFaults),
  own('rollouts', rolloutFaults),
  own('Istio', istioFaults),
  own('definitions', definitionFaults),
  own('settings, connections', async (root) => [
    ...(await brokenSettings(root)),
    ...(await brokenConnections(root)),
  ]),
  own('charts', brokenCharts),
]
