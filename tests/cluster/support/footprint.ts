import { z } from 'zod'
import { namespace } from '../../../platform/src/cluster/deploy.ts'
import { nodeName } from '../../../platform/src/cluster/node/configuration.ts'
import { cluster, isReady, podsOf } from './cluster.ts'

/** Of all containers of one name, the most that one of them takes. */
export interface Usage {
  /** `documents`, `documents daprd`. */
  readonly name: string
  /** Working set in bytes. */
  readonly memory: number
  /** Thousandths of a core. */
  readonly cpu: number
  /** Bytes; 0 where there is none. */
  readonly limit: number
}

const summary = z.looseObject({
  node: z.looseObject({
    cpu: z.looseObject({ usageNanoCores: z.number() }),
    memory: z.looseObject({ workingSetBytes: z.number() }),
  }),
  pods: z.array(
    z.looseObject({
      podRef: z.looseObject({ name: z.string(), namespace: z.string() }),
      containers: z
        .array(
          z.looseObject({
            name: z.string(),
            cpu: z.looseObject({ usageNanoCores: z.number().default(0) }).optional(),
            memory: z.looseObject({ workingSetBytes: z.number().default(0) }).optional(),
          }),
        )
        .default([]),
    }),
  ),
})

/** What the kubelet measures, which looks every ten seconds or so. */
const readSummary = async () =>
  summary.parse(
    JSON.parse(await cluster.kubectl(['get', '--raw', `/api/v1/nodes/${nodeName}/proxy/stats/summary`])),
  )

export async function measureContainers(): Promise<Usage[]> {
  const limits = await limitsOf()
  const found = new Map<string, Usage>()
  for (const { podRef, containers } of (await readSummary()).pods) {
    const owner =
      podRef.namespace === namespace ? ownerOf(podRef.name) : `${podRef.namespace} ${ownerOf(podRef.name)}`
    for (const { name: container, cpu, memory } of containers) {
      const name = nameOf(owner, container)
      const known = found.get(name)
      found.set(name, {
        name,
        memory: Math.max(known?.memory ?? 0, memory?.workingSetBytes ?? 0),
        cpu: Math.max(known?.cpu ?? 0, Math.round((cpu?.usageNanoCores ?? 0) / 1e6)),
        limit: limits.get(name) ?? 0,
      })
    }
  }
  return [...found.values()]
}

/** `documents` of `documents-6d4f…-x2x4z`, `postgres` of `postgres-0`. */
const ownerOf = (pod: string): string => pod.replace(/(-[a-z0-9]{6,10})?-[a-z0-9]{5}$|-\d+$/, '')

const limited = z.object({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      spec: z.looseObject({
        initContainers: z.array(withLimits()).default([]),
        containers: z.array(withLimits()),
      }),
      status: z.looseObject({ phase: z.string() }),
    }),
  ),
})

function withLimits() {
  const limits = z.looseObject({ memory: z.string().default('') }).optional()
  return z.looseObject({ name: z.string(), resources: z.looseObject({ limits }).optional() })
}

/** Of the pods that run: those of a Job that has ended are named like their service. */
async function limitsOf(): Promise<Map<string, number>> {
  const limits = new Map<string, number>()
  const { items } = limited.parse(await cluster.json(['-n', namespace, 'get', 'pods']))
  for (const { metadata, spec } of items.filter(({ status }) => status.phase === 'Running')) {
    for (const { name, resources } of [...spec.initContainers, ...spec.containers])
      limits.set(nameOf(ownerOf(metadata.name), name), bytes(resources?.limits?.memory ?? ''))
  }
  return limits
}

/** `documents` for the app, `documents daprd` for what is beside it. */
const nameOf = (owner: string, container: string): string =>
  container.startsWith('dapr') ? `${owner} ${container}` : owner

/** Reads `384Mi`, `1000Mi`, `1Gi`; 0 for nothing. */
function bytes(text: string): number {
  const [, amount = '0', unit = ''] = /^(\d+)(\w*)$/.exec(text) ?? []
  return Number(amount) * ({ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }[unit] ?? 1)
}

export const mib = (amount: number): string => (amount === 0 ? '–' : String(Math.round(amount / 2 ** 20)))

/** From the start of the app's container until its pod was ready, slowest of each service. */
export async function startTimes(): Promise<string[][]> {
  const slowest = new Map<string, number>()
  for (const pod of (await podsOf()).filter(isReady)) {
    const ready = pod.status.conditions.find(({ type }) => type === 'Ready')
    for (const { name, state } of pod.status.containerStatuses) {
      if (!ready || !state.running) continue
      const seconds = (Date.parse(ready.lastTransitionTime) - Date.parse(state.running.startedAt)) / 1000
      slowest.set(name, Math.max(slowest.get(name) ?? 0, seconds))
    }
  }
  return [...slowest].sort().map(([name, seconds]) => [name, seconds.toFixed(0)])
}

export async function usageOfNode(): Promise<string> {
  const { node, pods } = await readSummary()
  const memory = pods
    .flatMap(({ containers }) => containers)
    .reduce((sum, one) => sum + (one.memory?.workingSetBytes ?? 0), 0)
  return `${pods.length} pods take ${mib(memory)} MiB; all of the machine ${Math.round(node.cpu.usageNanoCores / 1e6)} m`
}
