import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { StepFailed } from '../console/steps.ts'
import { readIfThere } from '../system/read-if-there.ts'
import { clusterAt } from './client.ts'
import type { Deployment } from './deploy.ts'
import { imageNames } from './images/images.ts'
import { placesIn } from './node/node.ts'

const deployed = z.object({
  /** Paths. */
  kubectl: z.string(),
  helm: z.string(),
  images: imageNames,
  /** Folder of Dapr's chart, and files with the definitions of the kinds that charts/platform makes. */
  daprChart: z.string(),
  definitions: z.array(z.string()),
})
/** What a cluster was made of; it lies in its folder, so that nobody who works with it has to bring that again. */
export type Deployed = z.infer<typeof deployed>

const fileIn = (folder: string): string => join(folder, 'deployment.json')

/** Once all of it is installed. */
export const remember = (folder: string, made: Deployed): Promise<void> =>
  writeFile(fileIn(folder), JSON.stringify(made, null, 2))

/** Before something else is installed: what is on the node is neither the one nor the other until that has ended. */
export const forget = (folder: string): Promise<void> => rm(fileIn(folder), { force: true })

/** @throws {StepFailed} where the last `make cluster-up` has not come to its end */
export async function readDeployed(folder: string): Promise<Deployed> {
  const text = await readIfThere(fileIn(folder))
  const read = deployed.safeParse(text === undefined ? undefined : JSON.parse(text))
  if (read.success) return read.data
  throw new StepFailed('the cluster of this checkout was not brought up to its end', 'make cluster-up')
}

/** @param root of the checkout whose charts and values count from now on */
export function deploymentOf(root: string, folder: string, made: Deployed): Deployment {
  const { images, daprChart, definitions } = made
  const cluster = clusterAt(placesIn(folder).kubeconfig, made, join(folder, 'helm'))
  return { root, cluster, images, folder, daprChart, definitions }
}
