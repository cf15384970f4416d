import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MATRIX, readMatrix } from '../../../platform/src/authorization/matrix.ts'
import { type Client, formWith } from '../../support/client.ts'
import { type Area, each } from '../area.ts'
import { pixel, wave } from '../files.ts'
import type { Scene, Things } from '../scene.ts'

/** Of these the owner has none here: an API key asks for a proof of the last minutes, a grant for a browser. */
const nobodyHas = new Set(['/api/v1/auth/api-keys/{id}', '/api/v1/auth/grants/{clientId}'])

/** Every route of the committed table as everybody in it, and every route of the platform in that table. */
export const authorization: Area = {
  name: 'every route, everybody',
  async attack(scene, tally) {
    const matrix = readMatrix(readFileSync(join(import.meta.dirname, '../../..', MATRIX), 'utf8'))
    for (const route of await documentedRoutes(scene)) {
      tally.note(`${route} is in ${MATRIX}`, matrix.has(route), 'the table does not know it')
    }
    // Elsewhere what is not there is told to whoever is let in.
    const about = new Set(
      scene.routes.filter(({ policy }) => policy.attribute).map(({ method, path }) => `${method} ${path}`),
    )
    // What ends a session comes last: whoever has none any more is somebody else.
    const last = ['POST /api/v1/auth/sessions/end-others', 'POST /api/v1/auth/logout']
    await each(
      [...matrix.keys()].filter((route) => !last.includes(route)),
      4,
      everybodyAt,
    )
    for (const route of last) await everybodyAt(route)
    // Somebody signed out of all of it; who is signed in again tries on.
    await scene.signInAgain()

    async function everybodyAt(route: string): Promise<void> {
      const [method = '', path = ''] = route.split(' ')
      for (const [name, expected] of matrix.get(route) ?? []) {
        if (expected === 'in' && nobodyHas.has(path)) continue
        const client = scene.clients.get(name)
        if (!client) throw new Error(`the table knows a ${name} whom the scene does not`)
        const told = await callAs(client, method, path, scene.things, about.has(route))
        tally.note(`${route} as ${name}`, told.outcome === expected, `${told.says} instead of ${expected}`)
      }
    }
  },
}

async function documentedRoutes({ gatewayUrl }: Scene): Promise<string[]> {
  const { paths } = (await (await fetch(`${gatewayUrl}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { 'x-policy'?: string }>>
  }
  return Object.entries(paths).flatMap(([path, operations]) =>
    // The gateway's own, which are for anybody, come from no service.
    Object.entries(operations)
      .filter(([, operation]) => operation['x-policy'] !== undefined)
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  )
}

/** Things that a path names by `{id}`, by the first word of the path. */
const named: Readonly<Record<string, (things: Things) => string>> = {
  projects: ({ projectId }) => projectId,
  documents: ({ documentId }) => documentId,
  'voice-samples': ({ voiceSampleId }) => voiceSampleId,
  reviews: ({ reviewId }) => reviewId,
  tasks: ({ taskId }) => taskId,
  auth: ({ sessionId }) => sessionId,
}

export const pathOf = (path: string, things: Things): string => {
  const [, , , word = ''] = path.split('/')
  return path
    .replace('{id}', named[word]?.(things) ?? crypto.randomUUID())
    .replace('{requestId}', things.requestId)
    .replace('{upstream}', 'documents')
    .replace(/\{(user|client|upload|view)Id\}/, () => crypto.randomUUID())
    .replaceAll(/\{\w+\}/g, '1')
}

/** A code that says that the thing is not there, of the thing which the path begins with. */
const hides = (path: string, code: string | undefined): boolean => {
  const [, , , first = '', second = ''] = path.split('/')
  const word = first === 'auth' || first === 'audit' ? second : first
  const thing = word.replace(/s$/, '').replaceAll('-', '_')
  return code === `${thing}_not_found`
}

async function callAs(
  client: Client,
  method: string,
  path: string,
  things: Things,
  isHidden: boolean,
): Promise<{ outcome: string; says: string }> {
  // Whoever gets in is stopped by a version that never was, so that everybody finds the thing as it is.
  const headers = { 'if-match': '"999999"', accept: path.endsWith('/events') ? 'text/event-stream' : '*/*' }
  const url = client.gateway + pathOf(path, things)
  const isUpload = /\/uploads(\/|$)/.test(path)
  const body = isUpload ? (method === 'PATCH' ? 'x' : undefined) : bodyFor(method, path)
  const response = await fetch(url, {
    method,
    headers: {
      ...headers,
      ...(client.token ? { authorization: `Bearer ${client.token}` } : {}),
      ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
      ...(isUpload ? tusHeaders : {}),
    },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(120_000),
  })
  const isProblem = response.headers.get('content-type')?.includes('problem+json')
  const code = isProblem ? ((await response.json()) as { code: string }).code : undefined
  if (!isProblem) await response.body?.cancel()
  const { status } = response
  const says = `${status} ${code ?? ''}`
  if (status >= 500) return { outcome: 'broken', says }
  // Asks for a proof of the last minutes (RFC 9470), of somebody whom the policy has let in.
  if (code === 'insufficient_user_authentication') return { outcome: 'in', says }
  // OAuth's own routes are for anyone, and refuse by what they are asked for (RFC 6749, RFC 6750).
  if (path.startsWith('/oauth/')) return { outcome: 'in', says }
  // Whose it is their cookie says, which nobody here has.
  if (path === '/api/v1/session/refresh' && code === 'unauthenticated') return { outcome: 'in', says }
  if (status === 401 || status === 403) return { outcome: String(status), says }
  // A page, a version or a member that is not there is told to those who may see the thing.
  return { outcome: status === 404 && isHidden && hides(path, code) ? '404' : 'in', says }
}

/** What the protocol wants of a request that begins an upload, and of one that goes on with it. */
const tusHeaders = {
  'tus-resumable': '1.0.0',
  'upload-length': '1',
  'upload-offset': '0',
  'content-type': 'application/offset+octet-stream',
}

function bodyFor(method: string, path: string): string | FormData | undefined {
  if (method === 'GET' || method === 'DELETE') return undefined
  if (
    /^POST \/api\/v1\/(projects\/\{id\}|documents|voice-samples).*\/(documents|voice-samples|versions)$/.test(
      `${method} ${path}`,
    )
  )
    return formWith(path.includes('voice') ? wave() : pixel(), 'a')
  if (path.endsWith('/bulk')) return JSON.stringify({ action: 'delete', filter: {}, dryRun: true })
  if (path.endsWith('/views')) return JSON.stringify({ name: 'x' })
  if (path.endsWith('/members/{userId}')) return JSON.stringify({ role: 'viewer' })
  if (/\/(reject|send-back)$/.test(path)) return JSON.stringify({ reason: 'x' })
  if (method === 'PATCH' && /^\/api\/v1\/(documents|voice-samples)/.test(path))
    return JSON.stringify({ title: 'x' })
  if (method === 'PATCH' && path.startsWith('/api/v1/projects')) return JSON.stringify({ name: 'x' })
  return '{}'
}
