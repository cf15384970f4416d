import { copyFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Say } from '../../console/steps.ts'
import { daprdVersion, daprRelease } from '../../daprd/version.ts'
import { discoverServices } from '../../services/discover.ts'
import { waitForClaim } from '../../system/mutex.ts'
import { run } from '../../system/run.ts'
import type { Programs } from '../../tools/go-tools.ts'
import type { daprControlPlane } from '../programs.ts'
import { mailpit as mailpitModule, seaweedfs as seaweedfsModule } from '../programs.ts'
import { type Bases, ensureBases } from './bases.ts'
import { hashOf } from './hash.ts'
import type { ImageShop } from './shop.ts'

/** The names that images of the cluster go by; a tag says what an image is made of. */
export interface Images {
  /** Of each service. */
  readonly services: Readonly<Record<string, string>>
  /** PostgreSQL, RabbitMQ and Redis. */
  readonly servers: string
  readonly daprd: string
  readonly pause: string
  readonly seaweedfs: string
  readonly mailpit: string
  /** Of Dapr's control plane, which its chart calls by one registry and one tag. */
  readonly control: readonly string[]
}

export const registry = 'alta.local'
export const pause = `${registry}/pause:1`

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
  await shop.once(pause, say, (work) => makePause(shop, work))
  const daprd = `${registry}/alta/daprd:${daprdVersion}`
  await fromBinary(shop, binaries.daprd, 'daprd', daprd, say)
  const seaweedfs = `${registry}/seaweedfs:${seaweedfsModule.version}`
  await fromBinary(shop, binaries.weed, 'weed', seaweedfs, say)
  const mailpit = `${registry}/mailpit:${mailpitModule.version}`
  await fromBinary(shop, binaries.mailpit, 'mailpit', mailpit, say)
  const control: string[] = []
  for (const name of ['operator', 'sentry', 'injector'] as const) {
    const tag = `${registry}/${name}:${daprRelease}`
    await fromBinary(shop, binaries.control[name], name, tag, say)
    control.push(tag)
  }
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
    const version = await hashOfSources(shop.root, name, packages)
    const tag = `${registry}/alta/${name}:${version}`
    const target = ['ocr', 'transcription'].includes(name) ? name : 'service'
    await shop.once(tag, say, () => build(target, tag, { DEPENDENCIES: dependencies, VERSION: version }))
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

const hashOfSources = (root: string, name: string, packages: string): Promise<string> =>
  hashOf(
    ['dapr/generated/topology.json', 'services/shared', `services/${name}`].map((path) => join(root, path)),
    [packages],
  )

/** Of a program that needs nothing around it, as Dapr's are. */
async function fromBinary(
  shop: ImageShop,
  binary: string,
  name: string,
  tag: string,
  say: Say,
): Promise<void> {
  await shop.once(tag, say, async (work) => {
    await copyFile(binary, join(work, name))
    const file = join(work, 'Dockerfile')
    await writeFile(file, `FROM scratch\nCOPY ${name} /${name}\nUSER 65532:65532\nENTRYPOINT ["/${name}"]\n`)
    await shop.buildah.build({ file, context: work, tag })
  })
}

/** Holds a pod's namespaces and buries its orphans; the usual one comes from a registry. */
const pauseSource = `
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
static void end(int signal) { _exit(0); }
static void bury(int signal) { while (waitpid(-1, 0, WNOHANG) > 0) ; }
int main(void) { signal(SIGINT, end); signal(SIGTERM, end); signal(SIGCHLD, bury); for (;;) pause(); }
`

async function makePause(shop: ImageShop, work: string): Promise<void> {
  await writeFile(join(work, 'pause.c'), pauseSource)
  const { code, stderr } = await run('gcc', ['-static', '-Os', '-s', '-o', 'pause', 'pause.c'], { cwd: work })
  if (code !== 0) throw new Error(`pause.c: ${stderr}`)
  await writeFile(join(work, 'Dockerfile'), 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n')
  await shop.buildah.build({ file: join(work, 'Dockerfile'), context: work, tag: pause })
}
