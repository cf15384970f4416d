import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { discoverServices } from '../services/discover.ts'

const table = 'charts/platform/files/apps.yaml'
const appTable = z.object({
  apps: z.record(
    z.string(),
    z.object({
      needs: z.array(z.string()).default([]),
      secrets: z.array(z.object({ name: z.string(), generate: z.boolean().optional() })).default([]),
    }),
  ),
})

/** Words of a config.ts that say what a service needs outside of itself. */
const signs: Readonly<Record<string, RegExp>> = {
  database: /\bdatabaseEnvironment\b/,
  files: /\bfilesEnvironment\b/,
  redis: /\bredisEnvironment\b/,
}

/** Differences between what services need by their config.ts and what the platform's chart opens and keeps for them. */
export async function brokenNeeds(root: string): Promise<string[]> {
  const { apps } = appTable.parse(parse(await readFile(join(root, table), 'utf8')))
  const services = await discoverServices(root)
  const faults = Object.keys(apps)
    .filter((app) => !services.includes(app))
    .map((app) => `${table}: there is no service ${app}`)
  for (const app of services) {
    const entry = apps[app]
    if (!entry) {
      faults.push(`${table}: ${app} is missing`)
      continue
    }
    const config = await readFile(join(root, 'services', app, 'src/config.ts'), 'utf8')
    for (const [need, sign] of Object.entries(signs)) {
      if (sign.test(config) !== entry.needs.includes(need)) {
        faults.push(`${table}: ${app} ${entry.needs.includes(need) ? 'does not need' : 'needs'} ${need}`)
      }
    }
    // Required, or one half of a pair of credentials; the runner's own secrets stay on the developer's machine.
    const required = [...config.matchAll(/^ {2}([A-Z0-9_]+): secret\((?!.*\)\s*\.optional)/gm)].map(
      ([, name]) => name,
    )
    for (const name of required) {
      if (!/^RUNNER_/.test(name ?? '') && !isOptional(config, name ?? '') && !has(entry.secrets, name)) {
        faults.push(`${table}: ${app} reads the secret ${name}, which its Secret does not hold`)
      }
    }
    for (const { name } of entry.secrets) {
      if (!config.includes(`  ${name}:`)) faults.push(`${table}: ${app} reads no ${name}`)
    }
  }
  return faults
}

const has = (secrets: readonly { name: string }[], name: string | undefined): boolean =>
  secrets.some((secret) => secret.name === name)

const isOptional = (config: string, name: string): boolean =>
  new RegExp(`^ {2}${name}: secret\\([^)]*\\)\\s*\\.optional\\(`, 'm').test(config)
