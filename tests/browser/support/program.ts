import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Client } from '../../support/client.ts'

/** A program that people sign in with, on this machine: what a browser test drives is the person's side of it. */
export interface Program extends AsyncDisposable {
  /** Where it sends the browser. */
  begin(parameters?: Record<string, string>): string
  /** What the browser brought back last. */
  readonly answer: URLSearchParams | undefined
  /** Redeems the code of the answer. */
  tokens(): Promise<{ access_token: string; scope: string }>
}

/** Registers it and listens at its redirect URI. */
export async function openProgram(admin: Client, name: string): Promise<Program> {
  const { gateway } = admin
  const made = await admin.call('POST', '/api/v1/auth/clients', {
    name,
    kind: 'native',
    redirectUris: ['http://127.0.0.1/done'],
    scopes: ['projects:read'],
  })
  if (made.status !== 201) throw new Error(`cannot register a program: ${JSON.stringify(made.body)}`)
  const clientId: string = made.body.id
  let answer: URLSearchParams | undefined
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (url.pathname === '/done') answer = url.searchParams
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end('<!doctype html><html lang="en"><title>Back</title><main><h1>Back</h1></main></html>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // It listens on a TCP port.
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/done`
  const resource = `${gateway}/api`
  const verifier = randomBytes(32).toString('base64url')

  return {
    begin: (parameters = {}) =>
      `${gateway}/oauth/authorize?${new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid email projects:read',
        resource,
        state: randomBytes(8).toString('hex'),
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...parameters,
      })}`,
    get answer() {
      return answer
    },
    async tokens() {
      const response = await fetch(`${gateway}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: clientId,
          redirect_uri: redirectUri,
          code: answer?.get('code') ?? '',
          code_verifier: verifier,
          resource,
        }),
      })
      if (response.status !== 200) throw new Error(`no tokens: ${await response.text()}`)
      return response.json() as Promise<{ access_token: string; scope: string }>
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
