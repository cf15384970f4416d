// Prints the commands that install what argocd/platform/base lists, in its waves and versions, for a cluster without
// Argo CD: k8s/kind/up.sh runs them. Ours is left out: skaffold and kustomize bring it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { manifestsOf } from './objects.ts'
import { ownRepository } from './own-repository.ts'

const source = z.object({
  repoURL: z.string(),
  targetRevision: z.string(),
  path: z.string().optional(),
  chart: z.string().optional(),
  helm: z
    .object({ releaseName: z.string().optional(), valueFiles: z.array(z.string()).default([]) })
    .optional(),
  kustomize: z.object({ namespace: z.string(), images: z.array(z.string()).default([]) }).optional(),
  directory: z.object({ include: z.string() }).optional(),
})
const application = z.object({
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()) }),
  spec: z.object({
    source: source.optional(),
    sources: z.array(source).optional(),
    destination: z.object({ namespace: z.string() }),
  }),
})
type Application = z.infer<typeof application>
type Source = z.infer<typeof source>

const wave = ({ metadata }: Application): number =>
  Number(metadata.annotations['argocd.argoproj.io/sync-wave'] ?? 0)

/** Needs no operator of a cluster that others share, or is for environments with more than one node. */
const notInDevelopment = ['external-secrets', 'secret-store', 'barman-cloud', 'keda', 'argo-rollouts']

/** The commands for one environment, in order. */
export function installCommands(root: string, environment: string): string[] {
  const folder = join(root, 'argocd/platform/base')
  const own = ownRepository(
    manifestsOf(readFileSync(join(root, `argocd/root/${environment}.yaml`), 'utf8')),
    (path) => existsSync(join(root, path)),
  )
  const applications = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    .map((file) => application.parse(parse(readFileSync(join(folder, file), 'utf8'))))
    .filter(({ metadata }) => environment !== 'dev' || !notInDevelopment.includes(metadata.name))
    .sort((a, b) => wave(a) - wave(b) || a.metadata.name.localeCompare(b.metadata.name))
  return applications.flatMap((one) => {
    const from = one.spec.source ?? one.spec.sources?.[0]
    return !from || from.repoURL === own ? [] : commandsFor(one, from, environment)
  })
}

function commandsFor({ metadata, spec }: Application, from: Source, environment: string): string[] {
  const { namespace } = spec.destination
  const github = /^https:\/\/github\.com\/(.+)\.git$/.exec(from.repoURL)?.[1]
  const say = `printf '  %-14s %s\\n' ${metadata.name} ${from.targetRevision}`
  if (from.directory) {
    const place = from.path === '.' ? '' : `${from.path}/`
    const address = `https://raw.githubusercontent.com/${github}/${from.targetRevision}/${place}${from.directory.include}`
    return [
      say,
      `kubectl apply --server-side --force-conflicts -f ${address} >/dev/null`,
      ...waitFor(namespace),
    ]
  }
  if (!from.chart && !from.helm)
    return [say, ...kustomized(from, github ?? '', namespace), ...waitFor(namespace)]
  const values = (from.helm?.valueFiles ?? []).map((file) =>
    file.replace('$values/', '').replace('ENVIRONMENT', environment),
  )
  const flags = [
    `--namespace ${namespace} --create-namespace --wait --timeout 10m`,
    ...values.map((file) => `-f ${file}`),
  ]
  const release = from.helm?.releaseName ?? metadata.name
  if (from.chart) {
    const where = `--repo ${from.repoURL} --version ${from.targetRevision}`
    return [say, `helm upgrade --install ${release} ${from.chart} ${where} ${flags.join(' ')} >/dev/null`]
  }
  return [
    say,
    'checkout=$(mktemp -d)',
    `git clone -q --depth 1 --branch ${from.targetRevision} ${from.repoURL} "$checkout"`,
    `helm upgrade --install ${release} "$checkout/${from.path}" ${flags.join(' ')} >/dev/null`,
    'rm -rf "$checkout"',
  ]
}

/** kustomize takes a folder of a repository as it is, and the images are named by an exact tag around it. */
function kustomized(
  { path, targetRevision, kustomize }: Source,
  github: string,
  namespace: string,
): string[] {
  const folder = path === '.' ? '' : path
  const images = (kustomize?.images ?? []).map((image) => {
    // `old=new:tag` names an entry within the folder; from around it the image has its new name already.
    const named = image.slice(image.indexOf('=') + 1)
    const at = named.lastIndexOf(':')
    return `{ name: ${named.slice(0, at)}, newTag: "${named.slice(at + 1)}" }`
  })
  const lines = [
    `resources: ["https://github.com/${github}//${folder}?ref=${targetRevision}"]`,
    ...(kustomize ? [`namespace: ${namespace}`] : []),
    ...(images.length > 0 ? [`images: [${images.join(', ')}]`] : []),
  ]
  return [
    'around=$(mktemp -d)',
    `cat >"$around/kustomization.yaml" <<'END'\n${lines.join('\n')}\nEND`,
    `kubectl get namespace ${namespace} >/dev/null 2>&1 || kubectl create namespace ${namespace} >/dev/null`,
    'kubectl apply --server-side --force-conflicts -k "$around" >/dev/null',
    'rm -rf "$around"',
  ]
}

/** Until what was just applied runs; nothing where it has brought kinds alone. */
const waitFor = (namespace: string): string[] => [
  `kubectl -n ${namespace} get deployments -o name | xargs -r -n 1 kubectl -n ${namespace} rollout status --timeout 10m >/dev/null`,
]

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  console.log(installCommands(root, process.argv[2] ?? 'dev').join('\n'))
}
