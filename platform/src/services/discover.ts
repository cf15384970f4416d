import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
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
