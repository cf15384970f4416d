import { z } from 'zod'
import { isWorkload, type Manifest } from '../manifests/objects.ts'
import type { Rendered } from '../manifests/render.ts'
import { rendersOf } from './renders.ts'

const counted = z.looseObject({ replicas: z.number().optional() })
const scaler = z.looseObject({
  scaleTargetRef: z.looseObject({ name: z.string() }),
  maxReplicas: z.number().optional(),
  maxReplicaCount: z.number().optional(),
})
const cluster = z.looseObject({
  postgresql: z.looseObject({ parameters: z.looseObject({ max_connections: z.coerce.number() }) }),
})

/** For people, the operator, and the three that PostgreSQL keeps for its superuser. */
const forOthers = 20
/** A pod more of each while it is replaced, as the charts' `maxSurge` says. */
const surge = 1

/** Environments whose services, at their largest, may open more connections than PostgreSQL takes. */
export async function brokenConnections(root: string): Promise<string[]> {
  const { rendered, beside } = await rendersOf(root)
  return [...Map.groupBy(rendered, ({ release }) => release.environment)].flatMap(([environment, group]) =>
    connectionFaults(environment, group, beside.get(environment) ?? []),
  )
}

export function connectionFaults(
  environment: string,
  rendered: readonly Pick<Rendered, 'manifests'>[],
  beside: readonly Manifest[],
): string[] {
  const database = beside.find(({ kind, metadata }) => kind === 'Cluster' && metadata.name === 'postgres')
  if (!database) return []
  const { max_connections: taken } = cluster.parse(database.spec).postgresql.parameters
  const wanted = rendered.reduce((sum, { manifests }) => sum + connectionsOf(manifests), 0)
  return wanted <= taken - forOthers
    ? []
    : [
        `${environment}: services at their largest open ${wanted} connections, and PostgreSQL takes ${taken} less ${forOthers} for others: make postgres.poolSize or maxReplicas smaller, or max_connections larger`,
      ]
}

function connectionsOf(manifests: readonly Manifest[]): number {
  const workload = manifests.find(isWorkload)
  const settings = manifests.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === workload?.metadata.name,
  )
  const pool = Number(settings?.data?.POSTGRES_POOL_SIZE ?? 0)
  return workload ? (replicasOf(workload, manifests) + surge) * pool : 0
}

function replicasOf(workload: Manifest, manifests: readonly Manifest[]): number {
  const most = manifests
    .filter(({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject')
    .map(({ spec }) => scaler.parse(spec))
    .filter(({ scaleTargetRef }) => scaleTargetRef.name === workload.metadata.name)
    .map(({ maxReplicas, maxReplicaCount }) => maxReplicas ?? maxReplicaCount ?? 1)
  return Math.max(counted.parse(workload.spec).replicas ?? 1, ...most)
}
