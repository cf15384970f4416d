import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { namespace } from '../../../platform/src/cluster/deploy.ts'
import { nodeName } from '../../../platform/src/cluster/node/configuration.ts'
import type { nodeDrills } from '../../drill/drills/node.ts'
import { cluster, deployment, inNamespace, rolledOut } from './cluster.ts'

const run = promisify(execFile)

/** What is done to the node, in two steps; `broken` gets what makes each good again, before it is done. */
interface Fault {
  /** What has to be so before, and belongs to no figure. */
  prepare?(broken: AsyncDisposableStack): Promise<unknown>
  begin(broken: AsyncDisposableStack): Promise<unknown>
}

const dapr = (...args: string[]): Promise<string> => cluster.kubectl(['-n', 'dapr-system', ...args])

const sentry = 'deployment/dapr-sentry'

const service = 'notifications'
const badRelease: Fault = {
  async begin(broken) {
    broken.defer(async () => {
      await inNamespace('rollout', 'undo', `deployment/${service}`)
      await rolledOut(service)
    })
    await inNamespace('set', 'env', `deployment/${service}`, `--containers=${service}`, 'LOG_LEVEL=loud')
  },
}

/** A pod of one container with the rights that the namespace demands. */
const podOf = (container: object, more: object = {}) => ({
  restartPolicy: 'Never',
  securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'drill',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      resources: { requests: { cpu: '1m', memory: '16Mi' }, limits: { memory: '128Mi' } },
      ...container,
    },
  ],
  ...more,
})

const metadata = { name: 'drill', namespace }
const remove =
  (...objects: string[]) =>
  async () => {
    await cluster.kubectl(['-n', namespace, 'delete', '--ignore-not-found', '--wait', ...objects])
  }

const failedJob: Fault = {
  async begin(broken) {
    broken.defer(remove('job/drill'))
    const image = deployment.images.services[service]
    await cluster.apply([
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata,
        spec: {
          backoffLimit: 1,
          template: { spec: podOf({ image, command: ['node', '--eval', 'process.exit(1)'] }) },
        },
      },
    ])
  },
}

const VOLUME_MIB = 64

const fullVolume: Fault = {
  async prepare(broken) {
    const path = await mkdtemp(join(tmpdir(), 'alta-volume-'))
    broken.defer(() => rm(path, { recursive: true }))
    broken.defer(async () => {
      await run('umount', ['--lazy', path])
    })
    await run('mount', ['-t', 'tmpfs', '-o', `size=${VOLUME_MIB}m,mode=0777`, 'tmpfs', path])
    broken.defer(remove('persistentvolume/drill'))
    broken.defer(remove('persistentvolumeclaim/drill'))
    broken.defer(remove('pod/drill', '--grace-period=0'))
    const node = { key: 'kubernetes.io/hostname', operator: 'In', values: [nodeName] }
    const capacity = { storage: `${VOLUME_MIB}Mi` }
    const claim = { accessModes: ['ReadWriteOnce'], storageClassName: '' }
    await cluster.apply([
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: 'drill' },
        spec: {
          ...claim,
          capacity,
          local: { path },
          claimRef: { namespace, name: 'drill' },
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [node] }] } },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata,
        spec: { ...claim, volumeName: 'drill', resources: { requests: capacity } },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata,
        spec: podOf(
          {
            image: deployment.images.services[service],
            command: ['node', '--eval', 'setInterval(() => 0, 1e6)'],
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
          { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'drill' } }] },
        ),
      },
    ])
    await inNamespace('wait', 'pod/drill', '--for=condition=Ready', '--timeout=120s')
  },
  async begin() {
    const fill = `require('node:fs').writeFileSync('/data/full', Buffer.alloc(${VOLUME_MIB * 0.95} * 2 ** 20))`
    await inNamespace('exec', 'drill', '--', 'node', '--eval', fill)
  },
}

const shortCertificate: Fault = {
  async begin(broken) {
    const group = 'cert-manager.io'
    const issuer = { name: 'drill', kind: 'Issuer', group }
    broken.defer(remove('secret/drill', `certificate.${group}/drill`, `issuer.${group}/drill`))
    await cluster.apply([
      { apiVersion: `${group}/v1`, kind: 'Issuer', metadata, spec: { selfSigned: {} } },
      {
        apiVersion: `${group}/v1`,
        kind: 'Certificate',
        metadata,
        spec: {
          secretName: 'drill',
          issuerRef: issuer,
          dnsNames: ['drill.example'],
          duration: '1h',
          renewBefore: '30m',
        },
      },
    ])
  },
}

const noSentry: Fault = {
  async begin(broken) {
    broken.defer(async () => {
      await dapr('scale', sentry, '--replicas=1')
    })
    await dapr('scale', sentry, '--replicas=0')
  },
}

const bundle = z.looseObject({ data: z.record(z.string(), z.string()) })
/** Also in the ConfigMap, from which others have the root: where the two differ sentry makes a root of its own. */
const setBundle = async (data: Readonly<Record<string, string>>) => {
  const root = Buffer.from(data['ca.crt'] ?? '', 'base64').toString()
  await dapr('patch', 'secret/dapr-trust-bundle', '--patch', JSON.stringify({ data }))
  await dapr('patch', 'configmap/dapr-trust-bundle', '--patch', JSON.stringify({ data: { 'ca.crt': root } }))
  await dapr('rollout', 'restart', sentry)
  await dapr('rollout', 'status', sentry, '--timeout=180s')
}

/** A root and an issuer of Dapr's own kind that end in fourteen days, in the keys of Dapr's Secret. */
async function shortLivedBundle(): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'alta-issuer-'))
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder })
  try {
    await writeFile(
      join(folder, 'issuer.ext'),
      'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n',
    )
    for (const name of ['ca', 'issuer'])
      await openssl('genpkey', '-algorithm', 'ed25519', '-out', `${name}.key`)
    const subject = ['-subj', '/O=dapr.io/sentry/CN=cluster.local']
    await openssl('req', '-x509', '-new', '-key', 'ca.key', '-days', '14', ...subject, '-out', 'ca.crt')
    await openssl('req', '-new', '-key', 'issuer.key', ...subject, '-out', 'issuer.csr')
    const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'issuer.ext']
    await openssl('x509', '-req', '-in', 'issuer.csr', ...signer, '-days', '14', '-out', 'issuer.crt')
    const names = ['ca.crt', 'issuer.crt', 'issuer.key']
    const files = await Promise.all(
      names.map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')]),
    )
    return Object.fromEntries(files)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const oldIssuer: Fault = {
  async begin(broken) {
    const before = bundle.parse(await cluster.json(['-n', 'dapr-system', 'get', 'secret/dapr-trust-bundle']))
    broken.defer(() => setBundle(before.data))
    await setBundle(await shortLivedBundle())
  },
}

export const nodeFaults: Readonly<Record<keyof typeof nodeDrills, Fault>> = {
  badRelease,
  failedJob,
  fullVolume,
  shortCertificate,
  noSentry,
  oldIssuer,
}
