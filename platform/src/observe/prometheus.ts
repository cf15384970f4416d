import { spawn } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Checkout } from '../checkout.ts'
import { type Say, StepFailed } from '../console/steps.ts'
import { claimPorts, type Ports } from '../ports.ts'
import { baseEnvironment, portName } from '../services/environment.ts'
import type { SupervisorState } from '../supervisor/state.ts'
import { canInstall, install } from '../system/apt.ts'
import { accepts, httpStatus, until } from '../system/network.ts'
import { canBeRoot, runAsRoot } from '../system/privilege.ts'
import { which } from '../system/run.ts'
import { BROKER_METRICS_PORT } from './broker-metrics.ts'
import { alertsFolder } from './expressions.ts'

const SCRAPE_SECONDS = 5

/** Debian's Prometheus; brought by apt where it is missing, without its own server and with nothing left running. */
export async function ensurePrometheus(checkout: Checkout, say: Say): Promise<string> {
  const found = await which('prometheus')
  if (found) return found
  if (!(await canInstall()))
    throw new StepFailed(
      'it is not installed, and there is no apt-get as root here',
      'sudo apt-get install prometheus',
    )
  await install(['prometheus'], checkout.logs, say)
  // The package starts a server of the machine's own where there is a systemd; nobody has asked for that one.
  if (existsSync('/run/systemd/system') && (await canBeRoot()))
    await runAsRoot('systemctl', ['disable', '--now', 'prometheus'], {})
  const installed = await which('prometheus')
  if (!installed)
    throw new StepFailed('the package prometheus has brought no prometheus', 'apt-get install prometheus')
  return installed
}

export interface PrometheusOptions {
  /** Rules beside the platform's own. */
  readonly moreRules?: object
  /** Between two looks at the rules. */
  readonly evaluationSeconds?: number
  /** Where the broker tells its own metrics, when not at the usual port. */
  readonly brokerMetricsPort?: number
}

/**
 * Starts Prometheus over the running platform, or has the one that runs look again at what there is. Its data lies in
 * `.alta/prometheus/`; it bears the platform's marker, so `make down` ends it.
 * @returns its address
 */
export async function startPrometheus(
  checkout: Checkout,
  binary: string,
  state: SupervisorState,
  say: Say,
  options: PrometheusOptions = {},
): Promise<string> {
  const { moreRules, evaluationSeconds = 15, brokerMetricsPort = BROKER_METRICS_PORT } = options
  const home = join(checkout.home, 'prometheus')
  await mkdir(home, { recursive: true, mode: 0o700 })
  const known = await readPorts(checkout)
  await writeNew(
    join(home, 'targets.json'),
    JSON.stringify(await targets(state, known, brokerMetricsPort), null, 2),
  )
  const more = join(home, 'more-rules.yaml')
  await writeNew(more, stringify(moreRules ?? { groups: [] }))
  const rules = [join(checkout.root, alertsFolder, '*.yaml'), more]
  await writeNew(join(home, 'prometheus.yml'), configuration(home, rules, evaluationSeconds))
  const running = known.prometheus
  if (running !== undefined && (await httpStatus(`http://127.0.0.1:${running}/-/ready`)) === 200) {
    const reloaded = await fetch(`http://127.0.0.1:${running}/-/reload`, { method: 'POST' })
    if (!reloaded.ok)
      throw new StepFailed(`it does not take its rules: ${(await reloaded.text()).trim()}`, 'make check')
    say('runs already; it has read its rules again')
    return `http://localhost:${running}`
  }
  const port = (await claimPorts(checkout, ['prometheus'])).prometheus ?? 0
  const log = join(checkout.logs, 'prometheus.log')
  const output = openSync(log, 'a', 0o600)
  const child = spawn(
    binary,
    [
      `--config.file=${join(home, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(home, 'data')}`,
      '--storage.tsdb.retention.time=7d',
      '--enable-feature=exemplar-storage',
      '--web.enable-lifecycle',
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { cwd: home, stdio: ['ignore', output, output], detached: true, env: baseEnvironment(checkout) },
  )
  child.unref()
  if (!(await until(async () => (await httpStatus(`http://127.0.0.1:${port}/-/ready`)) === 200, 60_000)))
    throw new StepFailed('it does not come up', `less ${log}`)
  say(`started as process ${child.pid}, log .alta/logs/prometheus.log`)
  return `http://localhost:${port}`
}

/** The rules are read where they are, so that what is edited counts after the next `make observe`. */
const configuration = (home: string, rules: readonly string[], evaluationSeconds: number): string =>
  stringify({
    global: { scrape_interval: `${SCRAPE_SECONDS}s`, evaluation_interval: `${evaluationSeconds}s` },
    rule_files: rules,
    scrape_configs: [
      {
        // Each target says what it is; see `targets`.
        job_name: 'alta',
        file_sd_configs: [{ files: [join(home, 'targets.json')], refresh_interval: '5s' }],
      },
    ],
  })

/** Services and sidecars under the names that they have in a cluster: `job` is the app-id, or `daprd`. */
async function targets(state: SupervisorState, ports: Ports, brokerPort: number): Promise<object[]> {
  const found = state.processes.flatMap(({ kind, service, name, port }) => {
    if (kind === 'service')
      return [{ targets: [`127.0.0.1:${port}`], labels: { job: service, instance: name } }]
    const metrics = ports[portName(name.replace(/-daprd$/, ''), 'metrics')]
    return metrics === undefined
      ? []
      : [{ targets: [`127.0.0.1:${metrics}`], labels: { job: 'daprd', instance: name } }]
  })
  const broker = {
    targets: [`127.0.0.1:${brokerPort}`],
    labels: { job: 'rabbitmq', instance: 'rabbitmq' },
  }
  return (await accepts(brokerPort)) ? [...found, broker] : found
}

async function readPorts({ home }: Checkout): Promise<Ports> {
  const file = join(home, 'ports.json')
  // Written by `claimPorts`, which checks it.
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Ports) : {}
}

/** Beside it and then renamed: Prometheus looks at the file all the time. */
async function writeNew(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}
