import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ownMetrics } from '../../observe/known-metrics.ts'
import { type Manifest, manifestsOf, titleOf } from '../objects.ts'
import { environments, type Release } from '../releases.ts'
import type { Rendered } from '../render.ts'

export interface Placed {
  readonly release: Release
  readonly object: Manifest
}

/** What lies in the repository and must agree with what is rendered. */
export interface Facts {
  /** Names of the broker's queues. */
  readonly queues: ReadonlySet<string>
  /** App-ids that each app-id calls. */
  readonly calls: ReadonlyMap<string, readonly string[]>
  /** Names in the environment that a service reads. */
  readonly settings: (app: string) => ReadonlySet<string>
  /** Names of our metrics. */
  readonly metrics: ReadonlySet<string>
  /** `group/Kind` that each of Argo CD's projects allows. */
  readonly kinds: ReadonlyMap<string, ReadonlySet<string>>
  /** Where each environment's images are. */
  readonly registries: ReadonlyMap<string, string>
  /** Labels of Istio's ingress proxies, as they are installed. */
  readonly proxies: Readonly<Record<string, string>>
}

/** Everything that is in one environment; or what one file of ci/ makes. */
export interface Scene {
  readonly environment: string
  /** What the charts make: this is what the policies judge. */
  readonly all: readonly Placed[]
  /**
   * What k8s/ and argocd/ bring to the same environment, as that to which the charts refer. Empty for a file of ci/,
   * where all that is not in the release is taken for granted.
   */
  readonly beside: readonly Manifest[]
  readonly facts: Facts
}

export interface Policy {
  /** What holds, as a sentence. */
  readonly sentence: string
  /** Where it does not. */
  faults(scene: Scene): string[]
}

/** One scene per environment, in which releases see each other and what lies beside them. */
export function scenesOf(
  rendered: readonly Rendered[],
  facts: Facts,
  beside: ReadonlyMap<string, readonly Manifest[]>,
): Scene[] {
  const groups = Map.groupBy(rendered, ({ release }) => release.environment)
  return [...groups].map(([environment, group]) => ({
    environment,
    facts,
    beside: beside.get(environment) ?? [],
    all: group.flatMap(({ release, manifests }) => manifests.map((object) => ({ release, object }))),
  }))
}

/** Whether everything is here that something in it could refer to. */
export const isWhole = ({ beside }: Scene): boolean => beside.length > 0

export const ofKind = ({ all }: Scene, ...kinds: readonly string[]): Placed[] =>
  all.filter(({ object }) => kinds.includes(object.kind))

/** `production/ocr: Deployment ocr` in front of what is wrong. */
export const fault = ({ release, object }: Placed, wrong: string): string =>
  `${release.title}: ${titleOf(object)} ${wrong}`

const topologyFile = z.object({ queues: z.array(z.object({ name: z.string() })) })
const project = z.looseObject({
  namespaceResourceWhitelist: z.array(z.looseObject({ group: z.string(), kind: z.string() })).default([]),
})
const proxyValues = z.looseObject({ labels: z.record(z.string(), z.string()) })
const commonFile = z.looseObject({ image: z.looseObject({ registry: z.string() }) })
const callsFile = z.object({ callers: z.record(z.string(), z.array(z.string())) })

export async function readFacts(root: string): Promise<Facts> {
  const text = (path: string) => readFile(join(root, path), 'utf8')
  const topology = topologyFile.parse(JSON.parse(await text('dapr/generated/topology.json')))
  const { callers } = callsFile.parse(parse(await text('charts/platform/files/calls.yaml')))
  const kit = namesIn(await text('services/shared/kit/src/config/environment.ts'))
  const telemetry = namesIn(await text('services/shared/kit/src/telemetry/config.ts'))
  const own = new Map<string, Set<string>>()
  for (const app of Object.keys(callers))
    own.set(app, namesIn(await text(`services/${app}/src/config.ts`).catch(() => '')))
  return {
    queues: new Set(topology.queues.map(({ name }) => name)),
    calls: new Map(Object.entries(callers)),
    settings: (app) => new Set([...kit, ...telemetry, ...(own.get(app) ?? [])]),
    metrics: new Set(await ownMetrics(root)),
    registries: new Map(
      await Promise.all(
        environments.map(async (name): Promise<[string, string]> => {
          const { image } = commonFile.parse(parse(await text(`argocd/environments/${name}/common.yaml`)))
          return [name, image.registry]
        }),
      ),
    ),
    proxies: proxyValues.parse(parse(await text('k8s/istio/gateway.yaml'))).labels,
    kinds: new Map(
      manifestsOf(await text('argocd/root/projects.yaml')).map(({ metadata, spec }) => [
        metadata.name,
        new Set(project.parse(spec).namespaceResourceWhitelist.map(({ group, kind }) => `${group}/${kind}`)),
      ]),
    ),
  }
}

/** Fields of a `config.ts`: `NAME: integer(…)`. */
const namesIn = (source: string): Set<string> =>
  new Set([...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map(([, name = '']) => name))
