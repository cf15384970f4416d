import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Scaled } from './scale.ts'

const scaleBody = z.strictObject({ replicas: z.int().min(1) })
const MOST_BYTES = 1_000

/**
 * The runner's control interface: what an operator may ask of it through the platform. Listens on this machine only
 * and wants its token, which the events service alone has.
 */
export function listenForControl(options: {
  port: number
  token: string
  scale(app: string, replicas: number): Promise<Scaled>
}): { close(): void } {
  const expected = Buffer.from(`Bearer ${options.token}`)
  const allowed = (header = ''): boolean => {
    const given = Buffer.from(header)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!allowed(request.headers.authorization)) {
      return refuse(
        response,
        401,
        'unauthenticated',
        'The token of the control interface is missing or wrong.',
      )
    }
    const app = /^\/services\/([a-z][a-z-]*)\/scale$/.exec(request.url ?? '')?.[1]
    if (!app || request.method !== 'POST') return refuse(response, 404, 'not_found', 'There is nothing here.')
    const body = scaleBody.safeParse(await json(request))
    if (!body.success) return refuse(response, 400, 'validation_failed', z.prettifyError(body.error))
    const scaled = await options.scale(app, body.data.replicas)
    if (scaled.outcome === 'scaled') return send(response, 202, { before: scaled.before })
    refuse(response, scaled.code === 'service_not_found' ? 404 : 409, scaled.code, scaled.detail)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      refuse(response, 500, 'internal_error', error instanceof Error ? error.message : String(error)),
    )
  })
  server.listen(options.port, '127.0.0.1')
  return { close: () => void server.close() }
}

/** The body as JSON; undefined when it is none, or larger than anything this interface takes. */
async function json(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > MOST_BYTES) return undefined
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no JSON: the schema says what was expected
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

const refuse = (response: ServerResponse, status: number, code: string, detail: string): void =>
  send(response, status, { code, detail })
