import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkout } from '../../checkout.ts'
import type { Say } from '../../console/steps.ts'
import { type Buildah, openBuildah } from './buildah.ts'

export const registry = 'alta.local'

/** Where images are made: each by a name that says what it is made of, so that it is made once. */
export interface ImageShop {
  readonly root: string
  readonly buildah: Buildah
  readonly log: string
  /** Makes the image unless it is there. @param make gets a folder that is removed afterwards */
  once(tag: string, say: Say, make: (work: string) => Promise<void>): Promise<void>
}

export async function openShop({ root, logs, settings }: Checkout): Promise<ImageShop> {
  const folder = join(settings.cache, 'images')
  const log = join(logs, 'images.log')
  const buildah = await openBuildah(folder, log)
  return {
    root,
    buildah,
    log,
    async once(tag, say, make) {
      if (await buildah.has(tag)) return
      const work = await mkdtemp(join(folder, 'work-'))
      const began = Date.now()
      try {
        await make(work)
      } finally {
        await rm(work, { recursive: true, force: true })
      }
      say(`${tag} in ${Math.round((Date.now() - began) / 1000)} s`)
    },
  }
}

/** Builds a Dockerfile whose text is known, with what lies in a folder. */
export async function buildFrom(
  { buildah }: ImageShop,
  folder: string,
  dockerfile: string,
  tag: string,
): Promise<void> {
  const file = join(folder, 'Dockerfile')
  await writeFile(file, dockerfile)
  await buildah.build({ file, context: folder, tag })
}
