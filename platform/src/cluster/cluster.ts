import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { type Say, StepFailed, step } from '../console/steps.ts'
import { ensureDaprd } from '../daprd/daprd.ts'
import { ensureGo } from '../daprd/go.ts'
import { definitionFiles, definitionsModules } from '../manifests/definitions/modules.ts'
import { install, missingPackages } from '../system/apt.ts'
import { isRoot } from '../system/privilege.ts'
import { ensureGoTools } from '../tools/go-tools.ts'
import { ensureHelms, ensureKubectl } from '../tools/helm-and-kubectl.ts'
import { type Deployment, deploy } from './deploy.ts'
import { type Deployed, deploymentOf, forget, readDeployed, remember } from './deployed.ts'
import { ensureImages, everyImage } from './images/images.ts'
import { openShop } from './images/shop.ts'
import {
  imagesOn,
  importImages,
  type NodePrograms,
  nodeIsThere,
  nodeIsWhole,
  startKubelet,
  startNode,
  stopNode,
} from './node/node.ts'
import { coredns, daprControlPlane, etcd, kubernetes, mailpit, seaweedfs } from './programs.ts'

const packages = [
  'buildah',
  'ca-certificates',
  'conntrack',
  'containerd',
  'containernetworking-plugins',
  'debootstrap',
  'gcc',
  'iproute2',
  'iptables',
  'libc6-dev',
  'nftables',
  'procps',
  'runc',
]

/** Everything that a cluster is made of, on this machine. */
interface Parts extends Deployed {
  readonly programs: NodePrograms
}

const folderOf = ({ home }: Checkout): string => join(home, 'cluster')

/**
 * Packages, programs and images of the cluster: what is there is used, the rest is installed or built.
 * @throws {StepFailed} without root, or naming what could not be brought
 */
async function bringParts(checkout: Checkout): Promise<Parts> {
  if (!isRoot)
    throw new StepFailed(
      'a node changes networks, mounts and control groups, which only root may',
      'sudo -E make cluster-up',
    )
  await step('packages', async (say) => {
    const missing = await missingPackages(packages)
    if (missing.length > 0) await install(missing, checkout.logs, say)
  })
  const programs = await step('Kubernetes', async (say) => ({
    ...(await ensureGoTools(checkout, kubernetes, say)),
    ...(await ensureGoTools(checkout, etcd, say)),
    ...(await ensureGoTools(checkout, coredns, say)),
  }))
  const control = await step('Dapr', (say) => ensureGoTools(checkout, daprControlPlane, say))
  const daprd = await step('daprd', (say) => ensureDaprd(checkout, say))
  const { weed } = await step('SeaweedFS', (say) => ensureGoTools(checkout, seaweedfs, say))
  const mails = await step('Mailpit', (say) => ensureGoTools(checkout, mailpit, say))
  const images = await step('images', async (say) =>
    ensureImages(await openShop(checkout), { daprd, control, weed, mailpit: mails.mailpit }, say),
  )
  const { cache } = checkout.settings
  const [[four], kubectl] = await Promise.all([ensureHelms(cache), ensureKubectl(cache)])
  const go = await ensureGo(checkout, () => undefined)
  const [dapr, istio] = await Promise.all(
    ['github.com/dapr/dapr', 'istio.io/api'].map(async (name) => {
      const module = definitionsModules.find((one) => one.module === name)
      if (!module) throw new Error(`${name} is no module with definitions`)
      return definitionFiles(go, module)
    }),
  )
  // .../charts/dapr/crds/components.yaml
  const daprChart = dirname(dirname(dapr?.[0] ?? ''))
  return { programs, kubectl, helm: four.path, images, daprChart, definitions: istio ?? [] }
}

/** A node with every image and nothing on it, or the one that is there, with those images that it lacks. */
async function bringNode(checkout: Checkout, { programs, kubectl, images }: Parts): Promise<void> {
  const folder = folderOf(checkout)
  const isThere = nodeIsThere(folder)
  if (isThere && !(await nodeIsWhole(folder)))
    throw new StepFailed('half a node is there, being brought up or interrupted', 'make cluster-down')
  if (!isThere) await step('control plane', () => startNode(folder, programs, images.pause))
  await step('images', (say) => bringImages(checkout, folder, everyImage(images), say))
  if (!isThere)
    await step('node', async (say) => say(`ready after ${await startKubelet(folder, programs, kubectl)} ms`))
}

async function bringImages(
  checkout: Checkout,
  folder: string,
  tags: readonly string[],
  say: Say,
): Promise<void> {
  const began = Date.now()
  const { buildah } = await openShop(checkout)
  const there = await imagesOn(folder)
  const missing = tags.filter((tag) => !there.includes(tag))
  for (const tag of missing) {
    const archive = join(folder, 'image.tar')
    await buildah.save(tag, archive)
    await importImages(folder, archive)
    await rm(archive)
  }
  say(`${missing.length} of ${tags.length} put on the node in ${Math.round((Date.now() - began) / 1000)} s`)
}

/** All of it; on a node that is there already, everything is brought up to date. */
export async function clusterUp(checkout: Checkout): Promise<Deployment> {
  const folder = folderOf(checkout)
  const { programs, ...deployed } = await bringParts(checkout)
  await bringNode(checkout, { programs, ...deployed })
  const deployment = deploymentOf(checkout.root, folder, deployed)
  await forget(folder)
  await step('deploy', (say) => deploy(deployment, say))
  await remember(folder, deployed)
  return deployment
}

/**
 * What `clusterUp` has made, for whoever works with it afterwards; nothing is built.
 * @throws {StepFailed} where there is no cluster, or not a whole one
 */
export async function runningDeployment(checkout: Checkout): Promise<Deployment> {
  const folder = folderOf(checkout)
  if (!nodeIsThere(folder)) throw new StepFailed('there is no cluster of this checkout', 'make cluster-up')
  return deploymentOf(checkout.root, folder, await readDeployed(folder))
}

/** Puts the machine back as it was. @throws {StepFailed} with what is not */
export async function clusterDown(checkout: Checkout, say: Say): Promise<void> {
  const folder = folderOf(checkout)
  if (!nodeIsThere(folder)) return say('there is no cluster of this checkout')
  const left = await stopNode(folder)
  if (left.length > 0)
    throw new StepFailed(
      `the machine is not as it was:\n    ${left.join('\n    ')}`,
      'a restart of the machine',
    )
  say('the machine is as it was: links, routes, rules, mounts, settings, control groups')
}
