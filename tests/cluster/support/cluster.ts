import { z } from 'zod'
import { openCheckout } from '../../../platform/src/checkout.ts'
import type { Cluster } from '../../../platform/src/cluster/client.ts'
import { runningDeployment } from '../../../platform/src/cluster/cluster.ts'
import { installService, namespace } from '../../../platform/src/cluster/deploy.ts'

const checkout = await openCheckout()

/** What `make cluster-up` of this checkout has installed. */
export const deployment = await runningDeployment(checkout)
export const { cluster } = deployment

const address = async (name: string) =>
  (await inNamespace('get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}')).trim()

/** kubectl in the namespace of the services. */
export const inNamespace = (...args: string[]): Promise<string> => cluster.kubectl(['-n', namespace, ...args])

/** The gateway's Service. The ingress that stands in front of it elsewhere cannot run here. */
export const gatewayUrl = `http://${await address('gateway')}:8080`
const mailUrl = `http://${await address('mail')}:8025`

const container = z.looseObject({
  name: z.string(),
  ready: z.boolean(),
  restartCount: z.number(),
  containerID: z.string().optional(),
  state: z.looseObject({
    running: z.looseObject({ startedAt: z.string() }).optional(),
    waiting: z.looseObject({ reason: z.string().default('') }).optional(),
  }),
})
const pod = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  status: z.looseObject({
    phase: z.string(),
    podIP: z.string().optional(),
    conditions: z
      .array(z.looseObject({ type: z.string(), status: z.string(), lastTransitionTime: z.string() }))
      .default([]),
    containerStatuses: z.array(container).default([]),
    initContainerStatuses: z.array(container).default([]),
  }),
})
export type Pod = z.infer<typeof pod>

/** Pods of one service, or of all; those that are going as well. */
export function podsOf(service?: string): Promise<Pod[]> {
  const selector = service ? `app.kubernetes.io/instance=${service}` : 'app.kubernetes.io/part-of=alta'
  return podsBy('-n', namespace, '-l', selector)
}

/** Those that the arguments of `kubectl get pods` choose. */
export async function podsBy(...args: string[]): Promise<Pod[]> {
  const list = await cluster.json(['get', 'pods', ...args])
  return z.object({ items: z.array(pod) }).parse(list).items
}

/** Containers that were started more than once, those of Dapr's control plane and of the servers among them. */
export async function restarted(): Promise<string[]> {
  const pods = (await podsBy('--all-namespaces')).filter(({ status }) => status.phase === 'Running')
  return pods.flatMap(({ metadata, status }) =>
    [...status.initContainerStatuses, ...status.containerStatuses]
      .filter(({ restartCount }) => restartCount > 0)
      .map(({ name, restartCount }) => `${name} of ${metadata.name}: ${restartCount}`),
  )
}

export const isReady = ({ status }: Pod): boolean =>
  status.conditions.some(({ type, status: answer }) => type === 'Ready' && answer === 'True')

export const isGoing = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined

/** Of one service, those that take calls and shall go on doing so. */
export const readyPodsOf = async (service: string): Promise<Pod[]> =>
  (await podsOf(service)).filter((pod) => isReady(pod) && !isGoing(pod))

/** Until what was rolled out is ready everywhere. */
export const rolledOut = (service: string): Promise<string> =>
  inNamespace('rollout', 'status', `deployment/${service}`, '--timeout=300s')

/**
 * The service as it was installed, with so many replicas. One is enough for all that is not being disturbed: two of
 * each take most of a small machine before anybody calls.
 */
export async function scaled(service: string, replicas: 1 | 2): Promise<void> {
  await installService(deployment, service, ['--set', `replicas=${replicas}`])
  await rolledOut(service)
}

/** A statement against the database, as its administrator. @returns rows of columns */
export async function query(statement: string): Promise<string[][]> {
  const psql = [
    'psql',
    '-qAt',
    '-F',
    '\t',
    '-h',
    '/tmp',
    '-U',
    'postgres',
    '-d',
    'alta',
    '-v',
    'ON_ERROR_STOP=1',
  ]
  const output = await cluster.kubectl(
    ['-n', namespace, 'exec', '-i', 'postgres-0', '--', ...psql],
    statement,
  )
  return output
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'))
}

const mails = z.looseObject({
  messages: z.array(z.looseObject({ ID: z.string(), MessageID: z.string(), Subject: z.string() })),
})

/** Mails that came for an address. */
export async function mailsTo(email: string): Promise<{ id: string; messageId: string; subject: string }[]> {
  const response = await fetch(
    `${mailUrl}/api/v1/search?limit=500&query=${encodeURIComponent(`to:"${email}"`)}`,
  )
  const found = mails.parse(await response.json()).messages
  return found.map(({ ID, MessageID, Subject }) => ({ id: ID, messageId: MessageID, subject: Subject }))
}

/** Runs JavaScript in a container of a pod; its images have no shell, and Node is there. */
export async function runIn(
  cluster: Cluster,
  pod: string,
  container: string,
  script: string,
): Promise<string> {
  const node = ['--', 'node', '--input-type=module', '-e', script]
  return cluster.kubectl(['-n', namespace, 'exec', pod, '-c', container, ...node])
}
