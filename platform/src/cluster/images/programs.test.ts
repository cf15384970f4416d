import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ensureControl, fromBinary } from './programs.ts'
import type { ImageShop } from './shop.ts'

const nothing = () => undefined
const buildah = {
  has: async () => true,
  build: async () => undefined,
  fromFolder: async () => undefined,
  save: async () => undefined,
  size: async () => 0,
  prune: async () => undefined,
}
const shop: ImageShop = { root: '/', buildah, log: '/dev/null', once: async () => undefined }

it('another build of the same version has another tag, and what is made together has one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alta-programs-'))
  try {
    const path = (name: string) => join(folder, name)
    for (const name of ['weed', 'operator', 'sentry', 'injector']) await writeFile(path(name), name)
    const weed = () => fromBinary(shop, 'seaweedfs:1.0.0', path('weed'), nothing)
    const first = await weed()
    expect(first).toMatch(/^alta\.local\/seaweedfs:1\.0\.0-[0-9a-f]{12}$/)
    expect(await weed()).toBe(first)
    await writeFile(path('weed'), 'built with a patch')
    expect(await weed()).not.toBe(first)

    const programs = { operator: path('operator'), sentry: path('sentry'), injector: path('injector') }
    const tags = async () =>
      (await ensureControl(shop, programs, nothing)).map((tag) => tag.slice(tag.lastIndexOf(':')))
    const before = await tags()
    expect(new Set(before).size).toBe(1)
    await writeFile(path('sentry'), 'built with a patch')
    expect(await tags()).not.toContain(before[0])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
