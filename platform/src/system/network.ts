import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** True when something accepts TCP connections there within a second. */
export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1000 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false))
  })
}

/** True when nobody listens on the port, on the loopback address or on all of them. */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '0.0.0.0'))
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** Asks again every `every` ms until the answer is true or `limit` ms have passed; false then. */
export async function until(question: () => Promise<boolean>, limit: number, every = 200): Promise<boolean> {
  const end = Date.now() + limit
  for (;;) {
    if (await question()) return true
    if (Date.now() >= end) return false
    await sleep(every)
  }
}

/** Status of a GET; 0 when nobody answers within `limit` ms. */
export async function httpStatus(url: string, limit = 2000): Promise<number> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limit) })
    await response.body?.cancel()
    return response.status
  } catch {
    return 0 // refused, reset and timeout are the answer "not there", which is what callers ask for
  }
}

/** Status and body of a GET, whatever the status; 0 when nobody answers within `limit` ms. */
export async function httpJson(url: string, limit = 4000): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limit) })
    const text = await response.text()
    return { status: response.status, body: isJson(response) ? JSON.parse(text) : undefined }
  } catch {
    return { status: 0, body: undefined } // as for httpStatus; half an answer is none
  }
}

const isJson = ({ headers }: Response): boolean => /\bjson\b/.test(headers.get('content-type') ?? '')
