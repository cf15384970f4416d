import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { registry } from '@alta/kit/telemetry/metrics'
import { Counter } from 'prom-client'
import type { Circuits } from '../circuits/circuits.ts'
import type { EdgeRequest } from '../edge/edge-request.ts'
import type { RouteTable } from '../routing/route-table.ts'
import { type KeptAnswer, keptAnswer } from './kept-answer.ts'

const lookups = new Counter({
  name: 'alta_answer_cache_total',
  help: 'Requests of routes whose answers may be kept: hit, or miss when the service had to be asked',
  labelNames: ['outcome'] as const,
  registers: [registry],
})
for (const outcome of ['hit', 'miss']) lookups.inc({ outcome }, 0)

/**
 * Answers routes whose answer is everybody's from memory, once their service has said for how long. Who asks while
 * the service is being asked already waits for the same answer.
 */
export function answerCache({
  sidecar,
  circuits,
  table,
  cacheable,
  timeout,
}: {
  sidecar: Sidecar
  circuits: Circuits
  table: RouteTable
  cacheable: ReadonlySet<string>
  /** Milliseconds for a service to give its answer, which is small. */
  timeout: number
}) {
  refuseOthers(cacheable, table)
  const kept = new Map<string, KeptAnswer>()
  const asking = new Map<string, Promise<KeptAnswer | undefined>>()

  async function ask(upstream: string, path: string): Promise<KeptAnswer | undefined> {
    const passage = await circuits.enter(upstream)
    try {
      // Nothing of the caller goes with it: the answer is for others as well. And one that stops in the middle would keep
      // all who wait for it, and all who come later.
      const signal = AbortSignal.timeout(timeout)
      const answer = await sidecar.invoke(upstream, path, { timeoutMs: timeout, signal })
      const told = await keptAnswer(answer, performance.now())
      if (told) kept.set(path, told)
      return told
    } catch {
      // The request goes the usual way, where its failure is told and counted.
      return undefined
    } finally {
      await passage.left()
    }
  }

  function askOnce(upstream: string, path: string): Promise<KeptAnswer | undefined> {
    const asked = asking.get(path) ?? ask(upstream, path).finally(() => asking.delete(path))
    asking.set(path, asked)
    return asked
  }

  /** @returns false when the service has to be asked as ever */
  return async (
    { route, path, search }: EdgeRequest,
    { request, response }: { request: IncomingMessage; response: ServerResponse },
  ): Promise<boolean> => {
    if (search !== '' || !cacheable.has(`${route.method} ${route.path}`)) return false
    const found = kept.get(path)
    const isFresh = found !== undefined && performance.now() < found.until
    lookups.inc({ outcome: isFresh ? 'hit' : 'miss' })
    const answer = isFresh ? found : await askOnce(route.upstream, path)
    if (!answer) return false
    const headers = {
      'content-type': answer.contentType,
      'cache-control': answer.cacheControl,
      etag: answer.etag,
      age: String(Math.floor((performance.now() - answer.at) / 1000)),
    }
    if (isKnown(request.headers['if-none-match'], answer.etag)) response.writeHead(304, headers).end()
    else response.writeHead(200, { ...headers, 'content-length': answer.body.length }).end(answer.body)
    return true
  }
}

/**
 * RFC 9110, 13.1.2. `Cache-Control: no-cache` is no wish to have all of it: programs send that with every tag.
 */
const isKnown = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()))

function refuseOthers(cacheable: ReadonlySet<string>, { routes }: RouteTable): void {
  const may = new Set(
    routes
      .filter(({ policy, params }) => policy === 'anyone' && params === undefined)
      .map(({ method, path }) => `${method} ${path}`),
  )
  const others = [...cacheable].filter((name) => !may.has(name))
  if (others.length > 0)
    throw new Error(`${others.join(', ')} cannot be kept: not a public route without parameters`)
}
