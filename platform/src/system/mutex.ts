import { connect, createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Claim {
  release(): void
}

/**
 * Takes a name for this process, across all checkouts of this machine: undefined when another holds it.
 * An abstract Unix socket leaves no file behind and is free again the moment its process dies.
 */
export function claim(name: string): Promise<Claim | undefined> {
  return new Promise((resolve, reject) => {
    const server: Server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen({ path: `\0alta-${name}` }, () => {
      server.unref()
      resolve({ release: () => server.close() })
    })
  })
}

/** True while another process holds the name; nobody who wants it is kept waiting by the question. */
export function isClaimed(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path: `\0alta-${name}` })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Waits for the name; `onWait` is called once when somebody else holds it. */
export async function waitForClaim(name: string, onWait: () => void): Promise<Claim> {
  for (let turn = 0; ; turn++) {
    const held = await claim(name)
    if (held) return held
    if (turn === 0) onWait()
    await sleep(500)
  }
}
