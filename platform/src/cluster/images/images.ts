import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Say } from '../../console/steps.ts'
import { daprdVersion } from '../../daprd/version.ts'
import { discoverServices } from '../../services/discover.ts'
import { digestOfConsole, hasConsole } from '../../services/web-console.ts'
import { waitForClaim } from '../../system/mutex.ts'
import { run } from '../../system/run.ts'
import type { Programs } from '../../tools/go-tools.ts'
import type { daprControlPlane } from '../programs.ts'
import { mailpit as mailpitModule, seaweedfs as seaweedfsModule } from '../programs.ts'
import { type Bases, ensureBases } from './bases.ts'
import { hashOf } from './hash.ts'
import { ensurePause } from './pause.ts'
import { ensureControl, fromBinary } from './programs.ts'
import { type ImageShop, registry } from './shop.ts'

/** The names that images of the cluster go by; a tag says what an image is made of. */
export const imageNames = z.object({
  /** Of each service. */
  services: z.record(z.string(), z.string()),
  /** PostgreSQL, RabbitMQ and Redis. */
  servers: z.string(),
  daprd: z.string(),
  pause: z.string(),
  seaweedfs: z.string(),
  mailpit: z.string(),
  /** Of Dapr's control plane, which its chart calls by one registry and one tag. */
  control: z.array(z.string()).min(1),
})
export type Images = z.infer<typeof imageNames>

/** Paths of the programs that images are made of. */
interface Binaries {
  readonly daprd: string
  readonly control: Programs<keyof typeof daprControlPlane.packages>
  readonly weed: string
  readonly mailpit: string
}

/** Builds whatever image is not there, one after the other and for one checkout at a time. */
export async function ensureImages(shop: ImageShop, binaries: Binaries, say: Say): Promise<Images> {
  const turn = await waitForClaim('images', () => say('another checkout builds images; waiting for it'))
  try {
    return await buildImages(shop, binaries, say)
  } finally {
    turn.release()
  }
}

async function buildImages(shop: ImageShop, binaries: Binaries, say: Say): Promise<Images> {
  const bases = await ensureBases(shop, say)
  const { root, buildah } = shop
  const serversFile = join(root, 'images/cluster/servers.Dockerfile')
  const servers = `${registry}/servers:${await hashOf([serversFile], [bases.debian])}`
  await shop.once(servers, say, (work) =>
    buildah.build({
      file: serversFile,
      context: work,
      tag: servers,
      args: { DEBIAN_IMAGE: bases.debian },
    }),
  )
  const pause = await ensurePause(shop, say)
  const daprd = await fromBinary(shop, `alta/daprd:${daprdVersion}`, binaries.daprd, say)
  const seaweedfs = await fromBinary(shop, `seaweedfs:${seaweedfsModule.version}`, binaries.weed, say)
  const mailpit = await fromBinary(shop, `mailpit:${mailpitModule.version}`, binaries.mailpit, say)
  const control = await ensureControl(shop, binaries.control, say)
  const services = await ensureServiceImages(shop, bases, say)
  await buildah.prune()
  return { services, servers, daprd, pause, seaweedfs, mailpit, control }
}

/** By name of the service. */
async function ensureServiceImages(shop: ImageShop, bases: Bases, say: Say): Promise<Record<string, string>> {
  // What was installed into this checkout lies in it.
  const store = dirname((await run('pnpm', ['store', 'path'], { cwd: shop.root })).stdout.trim())
  const services: Record<string, string> = {}
  for (const name of await discoverServices(shop.root)) {
    const build = (target: string, tag: string, args: Record<string, string>, mounts = {}) =>
      shop.buildah.build({
        file: join(shop.root, 'images/Dockerfile'),
        context: shop.root,
        tag,
        target,
        args: {
          SERVICE: name,
          NODE_IMAGE: bases.node,
          RUN_IMAGE: bases.run,
          DEBIAN_IMAGE: bases.debian,
          ...args,
        },
        mounts,
      })
    // Packages take longest, and change least.
    const packages = await hashOfPackages(shop.root, name, bases)
    const dependencies = `${registry}/dependencies/${name}:${packages}`
    await shop.once(dependencies, say, () =>
      build('dependencies', dependencies, { PNPM_STORE: '/pnpm-store' }, { '/pnpm-store': store }),
    )
    const consoleImage =
      name === 'gateway' && (await hasConsole(shop.root))
        ? `${registry}/console:${await hashOf([join(shop.root, 'images/Dockerfile')], [bases.node, await digestOfConsole(shop.root)])}`
        : undefined
    if (consoleImage) {
      await shop.once(consoleImage, say, () =>
        build('console', consoleImage, { PNPM_STORE: '/pnpm-store' }, { '/pnpm-store': store }),
      )
    }
    const version = await hashOfSources(shop.root, name, [packages, consoleImage ?? ''])
    const tag = `${registry}/alta/${name}:${version}`
    const target = consoleImage || ['ocr', 'transcription'].includes(name) ? name : 'service'
    const stages = { DEPENDENCIES: dependencies, ...(consoleImage ? { CONSOLE: consoleImage } : {}) }
    await shop.once(tag, say, () => build(target, tag, { ...stages, VERSION: version }))
    services[name] = tag
  }
  return services
}

export const everyImage = ({ services, control, ...others }: Images): string[] => [
  ...Object.values(others),
  ...control,
  ...Object.values(services),
]

const hashOfPackages = (root: string, name: string, bases: Bases): Promise<string> =>
  hashOf(
    [
      'images/Dockerfile',
      'package.json',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      'services/shared/contracts/package.json',
      'services/shared/kit/package.json',
      `services/${name}/package.json`,
    ].map((path) => join(root, path)),
    Object.values(bases),
  )

const hashOfSources = (root: string, name: string, words: readonly string[]): Promise<string> =>
  hashOf(
    ['dapr/generated/topology.json', 'services/shared', `services/${name}`].map((path) => join(root, path)),
    words,
  )
