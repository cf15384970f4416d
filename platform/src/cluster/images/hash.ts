import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What no image is made of, as .dockerignore has it. */
const left =
  /(^|\/)(node_modules|\.alta|testing)(\/|$)|\.(test|fixture)\.ts$|\.(md|http|log)$|\/values\.yaml$/

/**
 * Tells by twelve hexadecimal digits whether an image has to be made anew.
 * @param paths files and folders, whose names and contents count
 * @param words what else counts
 */
export async function hashOf(paths: readonly string[], words: readonly string[] = []): Promise<string> {
  const hash = createHash('sha256')
  for (const word of words) hash.update(`${word}\n`)
  for (const path of paths) {
    const inside = (await stat(path)).isDirectory() ? await filesIn(path) : ['']
    for (const file of inside) {
      hash.update(`${file}\n`)
      hash.update(await readFile(join(path, file)))
    }
  }
  return hash.digest('hex').slice(0, 12)
}

async function filesIn(folder: string): Promise<string[]> {
  const files: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (left.test(entry.name) || left.test(`/${entry.name}`)) continue
    if (entry.isDirectory())
      files.push(...(await filesIn(join(folder, entry.name))).map((name) => `${entry.name}/${name}`))
    else files.push(entry.name)
  }
  return files.sort()
}
