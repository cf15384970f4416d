import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repeatedly } from '@alta/kit/repeatedly'
import { eventually } from '@alta/kit/testing/wait'
import { z } from 'zod'
import { type Checkout, openCheckout } from '../../../platform/src/checkout.ts'
import { startDaemon, stopDaemon } from '../../../platform/src/cluster/daemons.ts'
import { namespace } from '../../../platform/src/cluster/deploy.ts'
import { nodeName } from '../../../platform/src/cluster/node/configuration.ts'
import { certManager, kubeStateMetrics } from '../../../platform/src/cluster/programs.ts'
import { ensureGo } from '../../../platform/src/daprd/go.ts'
import { definitionFiles, definitionsModules } from '../../../platform/src/manifests/definitions/modules.ts'
import { alertsFolder, readRules } from '../../../platform/src/observe/expressions.ts'
import { ensurePrometheus } from '../../../platform/src/observe/prometheus.ts'
import { type SpedUp, spedUp } from '../../../platform/src/observe/sped-up.ts'
import { choosePorts } from '../../../platform/src/ports.ts'
import { httpStatus } from '../../../platform/src/system/network.ts'
import { cachedGoTools } from '../../../platform/src/tools/go-tools.ts'
import { cluster, podsBy } from './cluster.ts'

const kubeconfig = z.looseObject({
  clusters: z.array(
    z.looseObject({
      cluster: z.looseObject({ server: z.url(), 'certificate-authority-data': z.base64() }),
    }),
  ),
  users: z.array(z.looseObject({ user: z.looseObject({ token: z.string() }) })),
})

/** Port of the metrics of every part of Dapr, sidecars and control plane. */
const DAPR_METRICS = 9090

/**
 * Prometheus with our rules over what only a cluster has: kube-state-metrics, cert-manager, the kubelet, Dapr's
 * sentry and the sidecars. What is not there already runs on this machine, beside the node.
 * @param wanted rules that are there a second time, sped up
 */
export async function startWatch(wanted: readonly SpedUp[]): Promise<AsyncDisposable & { address: string }> {
  const checkout = await openCheckout()
  const programs = {
    ...(await cachedGoTools(checkout, kubeStateMetrics)),
    ...(await cachedGoTools(checkout, certManager)),
  }
  const prometheus = await ensurePrometheus(checkout, console.log)
  const folder = await mkdtemp(join(tmpdir(), 'alta-watch-'))
  const ports = await choosePorts(['objects', 'itself', 'certificates', 'prometheus'], {}, checkout.slot)
  const address = `http://127.0.0.1:${ports.prometheus}`

  const api = kubeconfig.parse(await cluster.json(['config', 'view', '--raw']))
  const { server = '', 'certificate-authority-data': authority = '' } = api.clusters[0]?.cluster ?? {}
  await writeFile(join(folder, 'authority.pem'), Buffer.from(authority, 'base64'))
  await writeFile(join(folder, 'token'), api.users[0]?.user.token ?? '', { mode: 0o600 })
  const rules = await readRules(checkout.root)
  // JSON is YAML.
  await writeFile(join(folder, 'sped-up.yaml'), JSON.stringify(spedUp(rules, wanted)))
  await writeFile(
    join(folder, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '5s', evaluation_interval: '5s' },
      rule_files: [join(checkout.root, alertsFolder, '*.yaml'), join(folder, 'sped-up.yaml')],
      scrape_configs: [
        {
          job_name: 'kube-state-metrics',
          // What it says of a pod is labelled as that pod's.
          honor_labels: true,
          static_configs: [{ targets: [`127.0.0.1:${ports.objects}`] }],
        },
        {
          job_name: 'cert-manager',
          honor_labels: true,
          static_configs: [{ targets: [`127.0.0.1:${ports.certificates}`] }],
        },
        {
          job_name: 'kubelet',
          scheme: 'https',
          metrics_path: `/api/v1/nodes/${nodeName}/proxy/metrics`,
          authorization: { credentials_file: join(folder, 'token') },
          tls_config: { ca_file: join(folder, 'authority.pem') },
          static_configs: [{ targets: [new URL(server).host] }],
        },
        {
          job_name: 'dapr',
          file_sd_configs: [{ files: [join(folder, 'dapr.json')], refresh_interval: '3s' }],
        },
      ],
    }),
  )

  /** Pods come and go, and with them their addresses. */
  async function look(): Promise<void> {
    const groups = await Promise.all(
      [
        { job: 'daprd', namespace, label: 'app.kubernetes.io/part-of=alta' },
        { job: 'dapr-sentry', namespace: 'dapr-system', label: 'app=dapr-sentry' },
      ].map(async ({ label, ...labels }) => {
        const pods = await podsBy('-n', labels.namespace, '-l', label)
        const addresses = pods.flatMap(({ status: { phase, podIP } }) =>
          phase === 'Running' && podIP ? [`${podIP}:${DAPR_METRICS}`] : [],
        )
        return { targets: addresses, labels }
      }),
    )
    await writeFile(join(folder, 'dapr.json'), JSON.stringify(groups))
  }
  const kinds = (await kindsOfCertManager(checkout)).flatMap((file) => ['-f', file])
  await cluster.kubectl(['apply', '--server-side', ...kinds])
  await mkdir(join(folder, 'data'))
  await look()
  const looking = repeatedly({ name: 'look for pods', everySeconds: 3, run: look })

  const daemons = [
    {
      name: 'kube-state-metrics',
      program: programs['kube-state-metrics'],
      args: [
        `--kubeconfig=${cluster.kubeconfig}`,
        '--resources=deployments,jobs,pods',
        '--host=127.0.0.1',
        `--port=${ports.objects}`,
        '--telemetry-host=127.0.0.1',
        `--telemetry-port=${ports.itself}`,
      ],
    },
    {
      name: 'cert-manager',
      program: programs['cert-manager'],
      args: [`-kubeconfig=${cluster.kubeconfig}`, `-metrics=127.0.0.1:${ports.certificates}`],
    },
    {
      name: 'prometheus',
      program: prometheus,
      args: [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${ports.prometheus}`,
      ],
    },
  ]
  for (const daemon of daemons) await startDaemon(folder, { ...daemon, outlives: false })
  await eventually('Prometheus answers', async () => (await httpStatus(`${address}/-/ready`)) === 200, 60)
  return {
    address,
    async [Symbol.asyncDispose]() {
      await looking.stop()
      for (const { name } of daemons) await stopDaemon(folder, name, 10_000)
      await cluster.kubectl(['delete', '--ignore-not-found', ...kinds])
      await rm(folder, { recursive: true })
    },
  }
}

/** Files with their definitions. */
async function kindsOfCertManager(checkout: Checkout): Promise<string[]> {
  const go = await ensureGo(checkout, console.log)
  const module = definitionsModules.find((one) => one.application === 'cert-manager')
  return module ? definitionFiles(go, module) : []
}
