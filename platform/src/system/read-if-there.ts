import { readFile } from 'node:fs/promises'

/** A file's text; undefined when there is none. @throws whatever else keeps it from being read */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
