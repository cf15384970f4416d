import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { policies } from '../topology/policies.ts'

/** A chart cannot read above its own folder, so it carries a copy of what it takes from `dapr/`. */
const folder = 'charts/platform/files/dapr'

/** `local.yaml` and `secretstores/local` stay behind: they are for sidecars outside of a cluster. */
const copied = [
  'components/outbox.yaml',
  'components/pubsub.yaml',
  'components/statestore.yaml',
  'configuration/kubernetes.yaml',
  'resiliency/resiliency.yaml',
  'secretstores/kubernetes/secretstore.yaml',
]

/**
 * The chart's copies of `dapr/`, and the broker's policies as data.
 * @param generated what is made anew in the same run, by its path
 */
export async function chartFiles(
  root: string,
  generated: ReadonlyMap<string, string>,
): Promise<[path: string, text: string][]> {
  const files: [string, string][] = []
  for (const path of copied) {
    files.push([`${folder}/${path}`, await readFile(join(root, 'dapr', path), 'utf8')])
  }
  for (const path of ['components/generated/subscriptions.yaml', 'generated/topology.json']) {
    files.push([`${folder}/${path}`, generated.get(`dapr/${path}`) ?? ''])
  }
  files.push([`${folder}/generated/policies.json`, `${JSON.stringify(policies, null, 2)}\n`])
  return files
}
