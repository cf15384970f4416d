import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Checkout } from './checkout.ts'

/** Groups of values, as Dapr's local file store (multiValued) and a Kubernetes Secret know them. */
const secretsFile = z.record(z.string(), z.record(z.string(), z.string()))
type Groups = z.infer<typeof secretsFile>

export interface Secrets {
  /** The stored value, made on first use: 32 hex digits. */
  get(group: string, key: string): string
  set(group: string, key: string, value: string): void
  /** Writes `.alta/secrets.json` if anything changed; readable by its owner only. */
  save(): Promise<void>
}

export async function openSecrets({ home }: Pick<Checkout, 'home'>): Promise<Secrets> {
  const file = join(home, 'secrets.json')
  const read = async (): Promise<Groups> =>
    existsSync(file) ? secretsFile.parse(JSON.parse(await readFile(file, 'utf8'))) : {}
  const groups = await read()
  const unsaved: Groups = {}
  const put = (into: Groups, group: string, key: string, value: string): void => {
    into[group] = { ...into[group], [key]: value }
  }
  const set = (group: string, key: string, value: string): void => {
    if (groups[group]?.[key] === value) return
    put(groups, group, key, value)
    put(unsaved, group, key, value)
  }
  return {
    get(group, key) {
      const value = groups[group]?.[key]
      if (value !== undefined) return value
      const made = randomBytes(16).toString('hex')
      set(group, key, made)
      return made
    },
    set,
    async save() {
      if (existsSync(file) && Object.keys(unsaved).length === 0) return
      // Read again: `make up` and the supervisor both add to it, and neither may undo the other.
      const current = await read()
      for (const [group, values] of Object.entries(unsaved)) {
        for (const [key, value] of Object.entries(values)) put(current, group, key, value)
        delete unsaved[group]
      }
      const unfinished = `${file}.${process.pid}`
      await writeFile(unfinished, `${JSON.stringify(current, null, 2)}\n`, { mode: 0o600 })
      await rename(unfinished, file)
    },
  }
}
