import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  request,
} from 'node:http'

export interface HttpCall {
  method: string
  path: string
  headers: OutgoingHttpHeaders
  body?: string
  signal: AbortSignal
}

export interface HttpAnswer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  text: string
}

export interface InnerHttp {
  call(call: HttpCall): Promise<HttpAnswer>
  close(): void
}

/**
 * Calls an app as a client would, over a socket of Linux' abstract namespace: it has neither a port, nor a file, nor
 * anybody else who comes.
 */
export async function openInnerHttp(app: RequestListener): Promise<InnerHttp> {
  // As the public listener has it, whatever the process is told.
  const server = createServer({ maxHeaderSize: 16 * 1024 }, app)
  const socketPath = `\0alta-gateway-${randomBytes(16).toString('hex')}`
  server.listen(socketPath)
  await once(server, 'listening')
  const agent = new Agent({ keepAlive: true })
  return {
    call: ({ body, ...options }) =>
      new Promise((resolve, reject) => {
        const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
        const headers = { ...options.headers, ...length, host: 'grpc' }
        const call = request({ ...options, headers, agent, socketPath })
        call.once('error', reject)
        call.once('response', (response) => {
          wholeOf(response).then(resolve, reject)
        })
        call.end(body)
      }),
    close() {
      agent.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
}

async function wholeOf(response: IncomingMessage): Promise<HttpAnswer> {
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode ?? 502, headers: response.headers, text }
}
