import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { problemBody, problemOf } from './problem-answer.ts'

/** Refuses a request of which there is only a socket, as one that wants to become a WebSocket. */
export function refuseOnSocket(socket: Duplex, error: unknown, requestId: string): void {
  const problem = problemOf(error)
  const body = JSON.stringify(problemBody(problem, requestId))
  const headers = {
    ...problem.headers,
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.once('error', () => undefined)
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('')}\r\n${body}`,
  )
}
