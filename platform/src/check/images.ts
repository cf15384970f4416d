import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, matchesGlob } from 'node:path'
import { discoverServices } from '../services/discover.ts'

const folder = 'images'
const service = /\$\{SERVICE\}/

/** What a Dockerfile of images/ copies and would not get: it does not exist, or .dockerignore keeps it out. */
export async function brokenImages(root: string): Promise<string[]> {
  const ignored = ignores(await readFile(join(root, '.dockerignore'), 'utf8'))
  const services = await discoverServices(root)
  const files = (await readdir(join(root, folder))).filter((name) => name.endsWith('Dockerfile'))
  const faults: string[] = []
  for (const file of files) {
    const text = await readFile(join(root, folder, file), 'utf8')
    const sources = copiedBy(text).flatMap((source) =>
      service.test(source) ? services.map((name) => source.replace(service, name)) : [source],
    )
    for (const source of new Set(sources)) {
      const copies = `${folder}/${file} copies ${source}, which`
      if (!existsSync(join(root, source))) faults.push(`${copies} does not exist`)
      else if (ignored(source)) faults.push(`${copies} .dockerignore keeps out`)
    }
  }
  return faults
}

/** Paths below the context that a Dockerfile copies; what comes from another stage is not among them. */
export const copiedBy = (dockerfile: string): string[] =>
  [...dockerfile.replace(/\\\n\s*/g, ' ').matchAll(/^(?:COPY|ADD) (.+)$/gm)]
    .map(([, words = '']) => words.trim().split(/\s+/))
    .filter((words) => !words.some((word) => word.startsWith('--from=')))
    .flatMap((words) => words.filter((word) => !word.startsWith('--')).slice(0, -1))

/** The file's own rule: of all patterns that fit a path or a folder above it, the last one decides. */
export function ignores(dockerignore: string): (path: string) => boolean {
  const patterns = dockerignore
    .split('\n')
    .map((text) => text.trim())
    .filter((text) => text !== '' && !text.startsWith('#'))
    .map((text) => ({ glob: text.replace(/^!/, ''), out: !text.startsWith('!') }))
  return (path) => {
    const parts = path.replace(/\/$/, '').split('/')
    const withFolders = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
    const last = patterns.findLast(({ glob }) => withFolders.some((one) => matchesGlob(one, glob)))
    return last?.out ?? false
  }
}
