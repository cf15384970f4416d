import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AppOptions, createApp } from './app.ts'

export const appToken = 'app-token-of-the-tests'

export interface AppUnderTest extends AsyncDisposable {
  readonly port: number
  /** Like fetch, with the app token sent unless `headers` says otherwise. */
  call(path: string, init?: RequestInit): Promise<Response>
}

/** An app on a free port, as its sidecar would see it. */
export async function startApp(options: Partial<AppOptions>): Promise<AppUnderTest> {
  const server = createServer(createApp({ appId: 'tests', routes: [], appToken, ...options }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo
  return {
    port,
    call(path, init = {}) {
      const headers = new Headers(init.headers)
      if (!headers.has('dapr-api-token')) headers.set('dapr-api-token', appToken)
      return fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
