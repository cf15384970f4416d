import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eachAtOnce } from '../../system/each-at-once.ts'
import type { Helm } from '../../tools/helm-and-kubectl.ts'
import { applicationsOf, destinationOf, pathOf } from '../applications.ts'
import { overlays } from '../kustomizations.ts'
import { documentsOf, type Manifest, manifestsOf, podOf } from '../objects.ts'
import { installed, tried } from '../releases.ts'
import { helmText, kustomizeText } from '../render.ts'

/** One object in the words in which it is applied: what reads them differently from us must see them as they are. */
export interface Document {
  /** Where it comes from: `production/ocr`, `k8s/redis/overlays/dev`. */
  readonly title: string
  /** Where it goes unless it says so itself. */
  readonly namespace: string
  readonly text: string
  readonly object: Manifest
}

export interface Everything {
  readonly documents: readonly Document[]
  /** Applications of the cluster's parts, in all environments. */
  readonly applications: readonly Manifest[]
}

/**
 * All that is applied anywhere, or that tries a feature of a chart.
 * @throws {Error} with the words of Helm or kubectl
 */
export async function everything(root: string, helm: Helm, kubectl: string): Promise<Everything> {
  const build = async (folder: string, namespace: string) =>
    split(folder, namespace, await kustomizeText(root, kubectl, folder))
  const { argocd: ofArgo = [], k8s: ofParts = [] } = Object.groupBy(await overlays(root), ({ folder }) =>
    folder.startsWith('argocd/') ? 'argocd' : 'k8s',
  )
  const platform = (await eachAtOnce(ofArgo, ({ folder }) => build(folder, 'argocd'))).flat()
  const applications = platform.map(({ object }) => object)
  const others = [
    ...ofParts.map(({ folder }) => ({ folder, namespace: placeOf(folder, applications) })),
    { folder: 'argocd/settings', namespace: 'argocd' },
    { folder: 'k8s/node', namespace: 'alta-dev' },
    // Where and when it is done by hand.
    { folder: 'k8s/postgres/recovery', namespace: 'alta-production' },
  ]
  const documents = [
    ...platform,
    ...(await eachAtOnce(others, ({ folder, namespace }) => build(folder, namespace))).flat(),
    ...(await ofRoot(root)),
    ...(await ofCharts(root, helm)),
  ]
  return { documents: [...documents, ...documents.flatMap(asDeployment)], applications }
}

const split = (title: string, namespace: string, text: string): Document[] =>
  documentsOf(text).flatMap((text) => manifestsOf(text).map((object) => ({ title, namespace, text, object })))

/** What is applied by hand, and the Applications that the controller makes of the ApplicationSet. */
async function ofRoot(root: string): Promise<Document[]> {
  const documents: Document[] = []
  for (const file of await readdir(join(root, 'argocd/root'))) {
    const path = `argocd/root/${file}`
    documents.push(...split(path, 'argocd', await readFile(join(root, path), 'utf8')))
  }
  const made = documents
    .filter(({ object }) => object.kind === 'ApplicationSet')
    .flatMap((document) =>
      applicationsOf(document.object).map((object) => ({
        ...document,
        object,
        text: JSON.stringify(object),
      })),
    )
  return [...documents, ...made]
}

async function ofCharts(root: string, helm: Helm): Promise<Document[]> {
  const releases = [...(await installed(root)), ...(await tried(root)), ...(await tried(root, 'platform'))]
  const rendered = await eachAtOnce(releases, async (release) => {
    const outcome = await helmText(root, helm, release)
    if ('refusal' in outcome) throw new Error(`${release.title}: ${outcome.refusal}`)
    return split(release.title, release.namespace, outcome.text)
  })
  return rendered.flat()
}

/** The namespace that its Application puts a folder into. */
function placeOf(folder: string, applications: readonly Manifest[]): string {
  const application = applications.find((one) => pathOf(one) === folder)
  if (!application) throw new Error(`no Application installs ${folder}`)
  return destinationOf(application)
}

/**
 * A Rollout again as the Deployment that it stands for: the API server knows what is wrong with pods of the one, and
 * nothing of those of the other.
 */
function asDeployment({ object, ...document }: Document): Document[] {
  if (object.kind !== 'Rollout' || !podOf(object)) return []
  // `podOf` has read the template; the rest is the same in both.
  const { selector, template } = object.spec as { selector: unknown; template: unknown }
  const deployment: Manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: object.metadata,
    spec: { selector, template },
  }
  const title = `${document.title}, Rollout as a Deployment`
  return [{ ...document, title, object: deployment, text: JSON.stringify(deployment) }]
}
