import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Say } from '../console/steps.ts'
import { StepFailed } from '../console/steps.ts'
import { installed } from '../manifests/releases.ts'
import type { Cluster } from './client.ts'
import { makeDatabase } from './database.ts'
import type { Images } from './images/images.ts'
import { registry } from './images/shop.ts'
import { nodeName } from './node/configuration.ts'

export const namespace = 'alta-dev'

export interface Deployment {
  readonly root: string
  readonly cluster: Cluster
  readonly images: Images
  /** Where volumes lie. */
  readonly folder: string
  /** Folder of Dapr's chart, and files with the definitions of the kinds that charts/platform makes. */
  readonly daprChart: string
  readonly definitions: readonly string[]
}

/** Namespaces with the labels that Argo CD gives them elsewhere. */
const namespaces = [
  {
    name: namespace,
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted', 'alta.io/dapr': 'true' },
  },
  { name: 'dapr-system', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
]

/** Installs everything, in the order of argocd/platform's waves; what is there is brought up to date. */
export async function deploy(deployment: Deployment, say: Say): Promise<void> {
  const { cluster, definitions } = deployment
  await cluster.apply(
    namespaces.map(({ name, labels }) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { ...labels, 'kubernetes.io/metadata.name': name } },
    })),
  )
  const files = definitions.flatMap((file) => ['-f', file])
  await cluster.kubectl(['apply', '--server-side', '--force-conflicts', ...files])
  await installDapr(deployment, say)
  await installPlatform(deployment)
  await installServers(deployment, say)
  await installServices(deployment, say)
}

async function installDapr({ root, cluster, daprChart, images }: Deployment, say: Say): Promise<void> {
  const began = Date.now()
  const values = ['k8s/dapr/values.yaml', 'k8s/dapr/overlays/dev/values.yaml', 'k8s/node/dapr-values.yaml']
  const given = values.flatMap((file) => ['--values', join(root, file)])
  const tag = ['--set-string', `global.tag=${tagOf(images.control[0] ?? '')}`]
  const where = ['--namespace', 'dapr-system', '--wait', '--timeout', '5m']
  await cluster.helm(['upgrade', '--install', 'dapr', daprChart, ...where, ...given, ...tag])
  say(`Dapr's control plane in ${seconds(began)} s`)
}

async function installPlatform({ root, cluster, images }: Deployment): Promise<void> {
  const values = ['argocd/environments/dev/platform.yaml', 'k8s/node/platform-values.yaml']
  const given = values.flatMap((file) => ['--values', join(root, file)])
  const tag = ['--set-string', `broker.topology.image.tag=${tagOf(images.services.events ?? '')}`]
  await cluster.helm([
    ...['upgrade', '--install', 'platform', join(root, 'charts/platform'), '--namespace', namespace],
    ...given,
    ...tag,
  ])
}

/** PostgreSQL, the broker, Redis, the bucket and the catcher of mails, until they answer. */
async function installServers(deployment: Deployment, say: Say): Promise<void> {
  const began = Date.now()
  const { root, cluster, images, folder } = deployment
  await makeVolumes(cluster, folder)
  const kustomized = await cluster.kubectl(['kustomize', join(root, 'k8s/node')])
  await cluster.kubectl(
    ['apply', '--server-side', '--force-conflicts', '-f', '-'],
    withOurImages(kustomized, images),
  )
  for (const set of [
    'statefulset/postgres',
    'statefulset/rabbitmq',
    'statefulset/redis',
    'statefulset/storage',
    'deployment/mail',
  ])
    await cluster.kubectl(['-n', namespace, 'rollout', 'status', set, '--timeout=180s'])
  await makeDatabase(root, cluster, namespace)
  const jobs = ['-l', 'app.kubernetes.io/name=broker-topology', '--for=condition=complete', '--timeout=180s']
  await cluster.kubectl(['-n', namespace, 'wait', 'job', ...jobs])
  say(`PostgreSQL, RabbitMQ, Redis, bucket, mail and the broker's topology in ${seconds(began)} s`)
}

/** With images that were built here in the place of public ones. */
const withOurImages = (text: string, { servers, seaweedfs, mailpit }: Images): string =>
  text.replace(/image: (\S+)/g, (line, name: string) => {
    if (/valkey|alta\.local\/servers/.test(name)) return `image: ${servers}`
    if (name.includes('seaweedfs')) return `image: ${seaweedfs}`
    return name.includes('mailpit') ? `image: ${mailpit}` : line
  })

async function makeVolumes(cluster: Cluster, folder: string): Promise<void> {
  const sets = ['postgres', 'rabbitmq', 'redis', 'storage']
  const volumes = sets.map((set) => ({ set, path: join(folder, 'volumes', set) }))
  for (const { path } of volumes) {
    await mkdir(path, { recursive: true })
    // The servers run as users of their own, and fsGroup does nothing for folders of a host.
    await chmod(path, 0o777)
  }
  await cluster.apply(
    volumes.map(({ set, path }) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `alta-${set}` },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '20Gi' },
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace, name: `data-${set}-0` },
        hostPath: { path },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [nodeName] }] },
            ],
          },
        },
      },
    })),
  )
}

/** All at once: migrations and pods wait for what they need by themselves. */
async function installServices(deployment: Deployment, say: Say): Promise<void> {
  const began = Date.now()
  const releases = (await installed(deployment.root, ['dev'])).filter(({ chart }) => chart === 'service')
  for (const { name } of releases) await installService(deployment, name)
  for (const { name } of releases)
    await deployment.cluster.kubectl([
      '-n',
      namespace,
      'rollout',
      'status',
      `deployment/${name}`,
      '--timeout=300s',
    ])
  say(`${releases.length} services in ${seconds(began)} s`)
}

/** @param more further arguments of Helm, such as `--set` */
export async function installService(
  { root, cluster, images }: Deployment,
  name: string,
  more: readonly string[] = [],
): Promise<void> {
  const release = (await installed(root, ['dev'])).find((one) => one.name === name)
  if (!release) throw new StepFailed(`there is no service ${name}`, 'ls services')
  const files = [...release.values, 'k8s/node/service-values.yaml']
  const values = files.flatMap((file) => ['--values', join(root, file)])
  // A tag of digits alone stays text this way; what `more` sets goes over it.
  const image = { registry, tag: tagOf(images.services[name] ?? '') }
  const built = ['--set-json', JSON.stringify({ image, dapr: { image: images.daprd } })]
  const where = ['--namespace', namespace, '--timeout', '5m']
  await cluster.helm([
    'upgrade',
    '--install',
    name,
    join(root, 'charts/service'),
    ...where,
    ...values,
    ...built,
    ...more,
  ])
}

export const tagOf = (image: string): string => image.slice(image.lastIndexOf(':') + 1)

const seconds = (began: number): number => Math.round((Date.now() - began) / 1000)
