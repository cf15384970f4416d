import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { discoverServices } from '../services/discover.ts'
import { trackedFiles } from './tracked.ts'

const table = 'charts/platform/files/calls.yaml'
const callTable = z.object({ callers: z.record(z.string(), z.array(z.string())) })
const routes = z.object({ services: z.array(z.string()), publicServices: z.array(z.string()) })
const topology = z.object({
  owners: z.record(z.string(), z.string()),
  queues: z.array(z.object({ app: z.string() })),
})

/** The files that invoke another service. A new one must be understood here before it may pass. */
const known: Readonly<Record<string, string>> = {
  'services/gateway/src/edge/proxy.ts': 'what routes.ts names',
  'services/gateway/src/caching/answer-cache.ts': 'what cacheable.ts names',
  'services/gateway/src/edge/api-keys.ts': 'identity',
  'services/gateway/src/session/ask-identity.ts': 'identity',
  'services/gateway/src/circuits/probe.ts': 'those with public routes, for their health',
  'services/gateway/src/circuits/circuit.routes.ts': 'events, which notes what is changed by hand',
  'services/gateway/src/health/platform-health.ts': 'every service',
  'services/gateway/src/documentation/service-documents.ts': 'those with public routes',
  'services/events/src/monitor/ask-services.ts': 'every service with a database',
  'services/analytics/src/rebuild/replays.ts': 'events, for the replay that a rebuild is',
  // Only with OUTBOX_TRANSPORT=dapr, which the cluster does not use.
  'services/shared/kit/src/events/dapr-transport.ts': 'subscribers, for receipts',
  'services/shared/kit/src/dapr/sidecar.ts': 'the way itself',
}

/** Differences between the call table and what the code calls. */
export async function brokenCalls(root: string): Promise<string[]> {
  if (!existsSync(join(root, table))) return [`${table} is missing`]
  const { callers } = callTable.parse(parse(await readFile(join(root, table), 'utf8')))
  const apps = await discoverServices(root)
  const wanted = await callsOfCode(root, apps)
  const faults: string[] = []
  for (const app of new Set([...apps, ...Object.keys(callers)])) {
    const written = callers[app]
    if (!written) faults.push(`${table}: ${app} is missing`)
    else if (!apps.includes(app)) faults.push(`${table}: there is no service ${app}`)
    else {
      const needed = wanted.get(app) ?? new Set()
      for (const callee of needed) {
        if (!written.includes(callee)) faults.push(`${table}: ${app} calls ${callee} and may not`)
      }
      for (const callee of written) {
        if (!needed.has(callee)) faults.push(`${table}: ${app} may call ${callee} and does not`)
      }
    }
  }
  return [...faults, ...(await unknownCallers(root))]
}

async function callsOfCode(root: string, apps: readonly string[]): Promise<Map<string, Set<string>>> {
  const calls = new Map<string, Set<string>>()
  for (const app of apps) {
    const main = await readFile(join(root, 'services', app, 'src/main.ts'), 'utf8')
    // `serve` asks identity for the public keys unless it is given some.
    const keys = /\bkeys:/.test(main) && app !== 'gateway' ? [] : ['identity']
    calls.set(app, new Set(keys))
  }
  const file = join(root, 'services/gateway/src/routes.ts')
  const { services, publicServices } = routes.parse(await import(pathToFileURL(file).href))
  calls.set('gateway', new Set([...services, ...publicServices, 'identity']))
  calls.get('analytics')?.add('events')
  const { owners, queues } = topology.parse(
    JSON.parse(await readFile(join(root, 'dapr/generated/topology.json'), 'utf8')),
  )
  const monitored = [...Object.values(owners), ...queues.map(({ app }) => app)]
  for (const app of monitored) {
    // daprd answers a call of an app to itself by itself.
    if (app !== 'every service' && app !== 'events') calls.get('events')?.add(app)
  }
  return calls
}

async function unknownCallers(root: string): Promise<string[]> {
  const faults: string[] = []
  for (const file of await trackedFiles(root, ['.ts'])) {
    if (!/^services\/.*\/src\//.test(file) || /\.(test|fixture)\.ts$|\/testing\//.test(file)) continue
    if (known[file] || !/\.invoke(<[^(]*>)?\(/.test(await readFile(join(root, file), 'utf8'))) continue
    faults.push(`${file} calls a service: say whom in ${table} and in platform/src/check/calls.ts`)
  }
  return faults
}
