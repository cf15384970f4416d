import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Policy } from '@alta/kit/auth/policy'
import type { Route } from '@alta/kit/http/route'
import { z } from 'zod'
import { discoverServices } from '../services/discover.ts'

export interface PublicRoute {
  readonly app: string
  readonly method: string
  /** As the API's documentation writes it: `/api/v1/projects/{id}`. */
  readonly path: string
  readonly policy: Policy
}

type Forwarding = (path: string) => string | undefined
const gatewayRoutes = z.object({
  upstreamOf: z.custom<Forwarding>((value) => typeof value === 'function'),
})
const declared = z.object({ method: z.string(), path: z.string().startsWith('/'), policy: z.unknown() })

/**
 * Every route that the gateway forwards or answers itself, as the `*.routes.ts` of the services declare it; by path.
 * They are called with a stand-in for what they work with: nothing is started, and no handler runs.
 * @throws {Error} naming a file whose routes cannot be had this way
 */
export async function publicRoutes(root: string): Promise<PublicRoute[]> {
  const upstreamOf = await forwardingOf(root)
  const table: PublicRoute[] = []
  for (const app of await discoverServices(root)) {
    for (const route of await declaredRoutes(root, app)) {
      if (app !== 'gateway' && upstreamOf(route.path) !== app) continue
      const path = route.path.replaceAll(/[:*](\w+)/g, '{$1}')
      table.push({ app, method: route.method.toUpperCase(), path, policy: route.policy })
    }
  }
  return table.sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method))
}

/** What the `*.routes.ts` of one service declare, private routes too. */
export async function declaredRoutes(root: string, app: string): Promise<Route[]> {
  const src = join(root, 'services', app, 'src')
  const found: Route[] = []
  for await (const file of glob('**/*.routes.ts', { cwd: src }))
    found.push(...(await routesIn(join(src, file))))
  return found
}

const forwarded = z.object({ routes: z.array(z.object({ method: z.string(), path: z.string() })) })

/** What the gateway lets through although the table does not have it: nobody would see who gets in there, or try. */
export async function missingRoutes(root: string, table: readonly PublicRoute[]): Promise<string[]> {
  const file = join(root, 'services/gateway/src/routing/generated/routes.json')
  const { routes } = forwarded.parse(JSON.parse(await readFile(file, 'utf8')))
  const known = new Set(table.map(({ method, path }) => `${method} ${path}`))
  return routes
    .map(({ method, path }) => `${method} ${path}`)
    .filter((route) => !known.has(route))
    .map((route) => `${route} is forwarded and in no table: export it from a *.routes.ts as …Routes`)
}

async function routesIn(file: string): Promise<Route[]> {
  const module: Record<string, unknown> = await import(pathToFileURL(file).href)
  const found: Route[] = []
  for (const [name, make] of Object.entries(module)) {
    if (!name.endsWith('Routes')) continue
    try {
      // What is made for several kinds has its paths from its callers, which are among these too.
      const made = typeof make === 'function' ? make(standIn, standIn, standIn) : make
      found.push(...[made].flat().filter(isDeclared))
    } catch (error) {
      throw new Error(`${file}: ${name} cannot be called for its routes alone`, { cause: error })
    }
  }
  return found
}

const isDeclared = (value: unknown): value is Route => declared.safeParse(value).success

async function forwardingOf(root: string): Promise<Forwarding> {
  const file = join(root, 'services/gateway/src/routes.ts')
  return gatewayRoutes.parse(await import(pathToFileURL(file).href)).upstreamOf
}

/** Is whatever somebody asks of it, so that services, databases and settings need not be there. */
const standIn: unknown = new Proxy(() => undefined, {
  get: (_target, key) => (key === Symbol.toPrimitive ? () => 1 : standIn),
  apply: () => standIn,
})
