import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Say } from '../../console/steps.ts'
import { daprRelease } from '../../daprd/version.ts'
import type { Programs } from '../../tools/go-tools.ts'
import type { daprControlPlane } from '../programs.ts'
import { hashOf } from './hash.ts'
import { buildFrom, type ImageShop, registry } from './shop.ts'

/** Of programs that need nothing around them, as Dapr's are. */
const dockerfileOf = (name: string): string =>
  `FROM scratch\nCOPY ${name} /${name}\nUSER 65532:65532\nENTRYPOINT ["/${name}"]\n`

/** What the images of some programs are made of, in a tag: by their version alone another build would go unseen. */
const hashOfPrograms = (paths: readonly string[]): Promise<string> =>
  hashOf(
    paths,
    paths.map((path) => dockerfileOf(basename(path))),
  )

/** @param name with the program's version: `mailpit:1.33.1` */
export async function fromBinary(shop: ImageShop, name: string, path: string, say: Say): Promise<string> {
  const tag = `${registry}/${name}-${await hashOfPrograms([path])}`
  await buildProgram(shop, path, tag, say)
  return tag
}

/** All by one tag, or Dapr's chart could not name them. */
export async function ensureControl(
  shop: ImageShop,
  { operator, sentry, injector }: Programs<keyof typeof daprControlPlane.packages>,
  say: Say,
): Promise<string[]> {
  const paths = [operator, sentry, injector]
  const version = `${daprRelease}-${await hashOfPrograms(paths)}`
  const tags: string[] = []
  for (const path of paths) {
    const tag = `${registry}/${basename(path)}:${version}`
    await buildProgram(shop, path, tag, say)
    tags.push(tag)
  }
  return tags
}

const buildProgram = (shop: ImageShop, path: string, tag: string, say: Say): Promise<void> =>
  shop.once(tag, say, async (work) => {
    const name = basename(path)
    await copyFile(path, join(work, name))
    await buildFrom(shop, work, dockerfileOf(name), tag)
  })
