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
  const groups: Groups = existsSync(file) ? secretsFile.parse(JSON.parse(await readFile(file, 'utf8'))) : {}
  let changed = !existsSync(file)
  const set = (group: string, key: string, value: string): void => {
    const values = groups[group] ?? {}
    if (values[key] === value) return
    groups[group] = { ...values, [key]: value }
    changed = true
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
      if (!changed) return
      await writeFile(`${file}.new`, `${JSON.stringify(groups, null, 2)}\n`, { mode: 0o600 })
      await rename(`${file}.new`, file)
      changed = false
    },
  }
}
