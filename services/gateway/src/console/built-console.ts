import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { log } from '@alta/kit/telemetry/log'

export interface ConsoleFile {
  /** With a dot, as `.js`. */
  readonly ending: string
  readonly bytes: Buffer
  /** As the build has packed it, by content coding. */
  readonly packed: Readonly<Partial<Record<'br' | 'gzip', Buffer>>>
  /** By what is in it: files of an image may all have one date. */
  readonly etag: string
}

export interface BuiltConsole {
  /** Of the build that is there now; undefined where there is none. */
  page(): Promise<ConsoleFile | undefined>
  /** @param path below the folder, as `assets/index-1f3c.js` */
  file(path: string): Promise<ConsoleFile | undefined>
}

const PAGE = 'index.html'
/** Milliseconds between two looks for a file that was not there. */
const PATIENCE = 1_000

/**
 * The files of a build, from memory: a few megabytes, and no path leads anywhere else. A build that takes their place is
 * seen when the page is asked for; files of the one before stay, for pages that are open.
 * @param folder empty: there is none
 */
export function builtConsole(folder: string): BuiltConsole {
  let files: ReadonlyMap<string, ConsoleFile> = new Map()
  let loaded = 0
  let looked = 0
  let loading: Promise<void> | undefined

  async function load(changed: number): Promise<void> {
    looked = performance.now()
    const found = await readBuild(folder)
    // A build that is being written has no page yet, or no longer.
    if (!found.has(PAGE)) return
    files = new Map([...files, ...found])
    loaded = changed
  }

  async function look(isMissing: boolean): Promise<void> {
    if (folder === '') return
    const changed = await stat(join(folder, PAGE)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    )
    const isDue = changed !== loaded || (isMissing && performance.now() - looked > PATIENCE)
    if (changed === 0 || !isDue) return
    loading ??= load(changed)
      .catch((error: unknown) => log.warn({ err: error, folder }, 'the console cannot be read'))
      .finally(() => {
        loading = undefined
      })
    await loading
  }

  return {
    async page() {
      await look(false)
      return files.get(PAGE)
    },
    async file(path) {
      if (!files.has(path)) await look(true)
      return files.get(path)
    },
  }
}

async function readBuild(folder: string): Promise<Map<string, ConsoleFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length).replace(/^\/+/, ''))
  const there = new Set(paths)
  const read = (path: string) => readFile(join(folder, path))
  const isPacked = (path: string) => /\.(br|gz)$/.test(path) && there.has(path.replace(/\.(br|gz)$/, ''))
  const files = new Map<string, ConsoleFile>()
  for (const path of paths.filter((one) => !isPacked(one))) {
    const bytes = await read(path)
    files.set(path, {
      ending: /\.\w+$/.exec(path)?.[0] ?? '',
      bytes,
      packed: {
        ...(there.has(`${path}.br`) ? { br: await read(`${path}.br`) } : {}),
        ...(there.has(`${path}.gz`) ? { gzip: await read(`${path}.gz`) } : {}),
      },
      etag: createHash('sha256').update(bytes).digest('base64url'),
    })
  }
  return files
}
