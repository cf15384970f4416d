import { copyFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Say, StepFailed } from '../../console/steps.ts'
import { run } from '../../system/run.ts'
import { hashOf } from './hash.ts'
import type { ImageShop } from './shop.ts'

export interface Bases {
  readonly debian: string
  readonly node: string
  readonly run: string
}

/**
 * What the Dockerfiles of images/ start from, made of Debian's packages and those of npm, because no registry of images
 * is asked: the steps of a Dockerfile are proved with it, not the bytes of public bases.
 */
export async function ensureBases(shop: ImageShop, say: Say): Promise<Bases> {
  const recipes = join(shop.root, 'images/cluster')
  const debian = `alta.local/base/debian:12-${await hashOf([], [debianForm])}`
  const node = `alta.local/base/node:${process.versions.node}-${await hashOf([join(recipes, 'node-base.Dockerfile')], [debian, npm])}`
  const runBase = `alta.local/base/run:${await hashOf([join(recipes, 'run-base.Dockerfile')], [debian])}`
  const args = { DEBIAN_IMAGE: debian }
  await shop.once(debian, say, (work) => makeDebian(shop, work, debian, say))
  await shop.once(node, say, async (work) => {
    await copyFile(process.execPath, join(work, 'node'))
    await fetchNpm(work)
    const file = join(recipes, 'node-base.Dockerfile')
    await shop.buildah.build({ file, context: work, tag: node, args })
  })
  await shop.once(runBase, say, (work) =>
    shop.buildah.build({ file: join(recipes, 'run-base.Dockerfile'), context: work, tag: runBase, args }),
  )
  return { debian, node, run: runBase }
}

const debianForm = 'minbase, certificates and settings of apt of this machine: 1'
const npm = 'npm@11.19.1'

async function makeDebian(shop: ImageShop, work: string, tag: string, say: Say): Promise<void> {
  const root = join(work, 'root')
  say('a Debian 12 by debootstrap, about a minute')
  const made = await run(
    'debootstrap',
    ['--variant=minbase', '--include=ca-certificates', 'bookworm', root, ...(await mirror())],
    { log: shop.log },
  )
  if (made.code !== 0)
    throw new StepFailed(`debootstrap ended with ${made.code} (log: ${shop.log})`, 'run it again')
  // How this machine reaches its registries: its authorities and apt's settings, nothing it has fetched.
  await cp('/etc/ssl/certs/ca-certificates.crt', join(root, 'etc/ssl/certs/ca-certificates.crt'))
  await run('sh', ['-c', `for f in /etc/apt/apt.conf.d/99*; do [ ! -f "$f" ] || cp "$f" "$0$f"; done`, root])
  await shop.buildah.fromFolder(root, tag)
}

/** Where this machine gets its Debian from. */
async function mirror(): Promise<string[]> {
  const script = `sed -n 's/^URIs: //p; s/^deb \\(\\[[^]]*\\] \\)\\{0,1\\}\\([^ ]*\\) .*/\\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1`
  const { stdout } = await run('sh', ['-c', script])
  return stdout.trim() === '' ? [] : [stdout.trim()]
}

/** npm, as a folder `npm` of `work`: by pnpm, which every checkout has. */
async function fetchNpm(work: string): Promise<void> {
  const folder = await mkdtemp(join(work, '.npm-'))
  try {
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
    const settings = 'autoInstallPeers: false\nignoreScripts: true\nnodeLinker: hoisted\n'
    await writeFile(join(folder, 'pnpm-workspace.yaml'), settings)
    // By another name: pnpm takes `npm` for a wish to be npm.
    const { code, stdout, stderr } = await run('pnpm', ['add', `npm-itself@npm:${npm}`], {
      cwd: folder,
      env: { CI: 'true' },
    })
    if (code !== 0) throw new StepFailed(`${npm} could not be fetched: ${stderr || stdout}`, 'run it again')
    await cp(join(folder, 'node_modules/npm-itself'), join(work, 'npm'), {
      recursive: true,
      dereference: true,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
