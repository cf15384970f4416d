import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** App-ids of the services in this checkout, in alphabetical order: every services/<word> with a src/main.ts. */
export async function discoverServices(root: string): Promise<string[]> {
  const folders = await readdir(join(root, 'services'), { withFileTypes: true })
  return folders
    .filter(
      (folder) => folder.isDirectory() && existsSync(join(root, 'services', folder.name, 'src/main.ts')),
    )
    .map((folder) => folder.name)
    .sort()
}

/**
 * When the newest source file of any service, kit and contracts included, was changed: ms since 1970. The console is
 * none: the gateway sees by itself that it was built anew.
 */
export async function newestSource(root: string): Promise<number> {
  const services = join(root, 'services')
  const files = await readdir(services, { recursive: true })
  const sources = files.filter(
    (file) => /\/src\/.*\.ts$/.test(file) && !/node_modules|\.test\.ts$|^console\//.test(file),
  )
  const times = await Promise.all(sources.map(async (file) => (await stat(join(services, file))).mtimeMs))
  return Math.max(0, ...times)
}
