import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { applicationsOf, listsOf } from '../manifests/applications.ts'
import { type Manifest, manifestsOf } from '../manifests/objects.ts'
import { ownRepository } from '../manifests/own-repository.ts'
import { environments } from '../manifests/releases.ts'
import { kustomize } from '../manifests/render.ts'
import { discoverServices } from '../services/discover.ts'
import { readSettings } from '../settings.ts'
import { ensureKubectl } from '../tools/helm-and-kubectl.ts'

const source = z.looseObject({
  repoURL: z.string(),
  targetRevision: z.string(),
  path: z.string().optional(),
  helm: z.looseObject({ valueFiles: z.array(z.string()).default([]) }).optional(),
})
const difference = z.looseObject({
  kind: z.string(),
  jqPathExpressions: z.array(z.string()).default([]),
  jsonPointers: z.array(z.string()).default([]),
})
const application = z.looseObject({
  project: z.string(),
  source: source.optional(),
  sources: z.array(source).optional(),
  destination: z.looseObject({
    name: z.string().optional(),
    server: z.string().optional(),
    namespace: z.string(),
  }),
  ignoreDifferences: z.array(difference).default([]),
  syncPolicy: z.looseObject({ syncOptions: z.array(z.string()).default([]) }).default({ syncOptions: [] }),
})
type Application = z.infer<typeof application>
const project = z.looseObject({
  sourceRepos: z.array(z.string()),
  destinations: z.array(
    z.looseObject({ name: z.string().optional(), server: z.string().optional(), namespace: z.string() }),
  ),
})
type Project = z.infer<typeof project>

/** What somebody else writes into objects of ours: Argo Rollouts, autoscalers, and operators into their webhooks. */
const ofControllers = [
  'Deployment /spec/replicas',
  'Rollout /spec/replicas',
  'Service /spec/selector/rollouts-pod-template-hash',
  'VirtualService .spec.http[].route[].weight',
  'MutatingWebhookConfiguration .webhooks[]?.clientConfig.caBundle',
  'ValidatingWebhookConfiguration .webhooks[]?.clientConfig.caBundle',
  'ValidatingWebhookConfiguration .webhooks[]?.failurePolicy',
]
/** Made up anew by each render where there is no store of secrets. */
const inDevelopment = ['Secret /data']

/** Faults of what Argo CD is told: Applications that their project refuses, or that point at what is not there. */
export async function brokenGitops(root: string): Promise<string[]> {
  const kubectl = await ensureKubectl(readSettings(root).cache)
  const read = async (path: string) => manifestsOf(await readFile(join(root, 'argocd/root', path), 'utf8'))
  const [projects, roots] = [
    await read('projects.yaml'),
    (await Promise.all([...environments, 'self'].map((one) => read(`${one}.yaml`)))).flat(),
  ]
  const platform = await Promise.all(
    environments.map((one) => kustomize(root, kubectl, `argocd/platform/overlays/${one}`)),
  )
  const sets = (await read('services.yaml')).filter(({ kind }) => kind === 'ApplicationSet')
  const services = await discoverServices(root)
  const listed = sets.flatMap(listsOf).flatMap((list) => list.flatMap(({ service }) => service ?? []))
  return [
    ...services
      .filter((name) => !listed.includes(name))
      .map((name) => `argocd/root/services.yaml: ${name} is missing`),
    ...applicationFaults([...roots, ...platform.flat(), ...sets.flatMap(applicationsOf)], projects, (path) =>
      existsSync(join(root, path)),
    ),
  ]
}

/** @param isThere whether the repository has a path */
export function applicationFaults(
  applications: readonly Manifest[],
  projects: readonly Manifest[],
  isThere: (path: string) => boolean,
): string[] {
  const known = new Map(projects.map(({ metadata, spec }) => [metadata.name, project.parse(spec)]))
  const own = ownRepository(applications, isThere)
  const names = applications.map(({ metadata }) => metadata.name)
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  return [
    ...twice.map((name) => `argocd: two Applications are called ${name}`),
    ...applications.flatMap(({ metadata, spec }) => {
      const one = application.parse(spec)
      const belongs = known.get(one.project)
      return [
        ...(belongs ? refusals(one, belongs) : [`is of the project ${one.project}, which is not there`]),
        ...sourcesOf(one).flatMap((from) => (from.repoURL === own ? missing(from, isThere) : moving(from))),
        ...overlooked(one),
      ].map((wrong) => `argocd: ${metadata.name} ${wrong}`)
    }),
  ]
}

const sourcesOf = ({ source: one, sources = [] }: Application) => [...(one ? [one] : []), ...sources]

function refusals(one: Application, { sourceRepos, destinations }: Project): string[] {
  const { name, server, namespace } = one.destination
  const fits = destinations.some(
    (to) =>
      to.namespace === namespace && (server ? to.server === server : to.name === '*' || to.name === name),
  )
  return [
    ...sourcesOf(one)
      .filter(({ repoURL }) => !sourceRepos.includes(repoURL))
      .map(({ repoURL }) => `takes ${repoURL}, which its project refuses`),
    ...(fits ? [] : [`goes to ${name ?? server}/${namespace}, which its project refuses`]),
  ]
}

const missing = ({ path, helm }: z.infer<typeof source>, isThere: (path: string) => boolean): string[] =>
  [...(path ? [path] : []), ...valueFiles(helm)]
    .filter((one) => !isThere(one))
    .map((one) => `points at ${one}, which is not there`)

const valueFiles = (helm: z.infer<typeof source>['helm']): string[] =>
  (helm?.valueFiles ?? []).map((file) => file.replace(/^\$values\/|^\//, ''))

const moving = ({ repoURL, targetRevision }: z.infer<typeof source>): string[] =>
  /^v?\d+\.\d+\.\d+$/.test(targetRevision) ? [] : [`takes ${targetRevision} of ${repoURL}, which moves`]

function overlooked({ ignoreDifferences, destination, syncPolicy }: Application): string[] {
  const allowed = destination.name === 'dev' ? [...ofControllers, ...inDevelopment] : ofControllers
  const respected = syncPolicy.syncOptions.includes('RespectIgnoreDifferences=true')
  return [
    ...ignoreDifferences
      .flatMap(({ kind, jqPathExpressions, jsonPointers }) =>
        [...jqPathExpressions, ...jsonPointers].map((path) => `${kind} ${path}`),
      )
      .filter((what) => !allowed.includes(what))
      .map((what) => `overlooks ${what}, which no controller owns`),
    ...(ignoreDifferences.length > 0 && !respected ? ['overlooks differences and syncs them away'] : []),
  ]
}
