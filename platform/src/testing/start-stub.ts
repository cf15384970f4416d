import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Stub {
  readonly pid: number
  readonly ended: Promise<unknown>
}

/** A stub service that runs on its own for this platform, as one that its supervisor has left behind. */
export async function startStub(platform: string, port = 0): Promise<Stub> {
  const main = fileURLToPath(new URL('./stub-service.ts', import.meta.url))
  const child = spawn(process.execPath, [main, String(port)], {
    env: { PATH: process.env.PATH ?? '', ALTA_PLATFORM: platform },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return { pid: child.pid ?? 0, ended: once(child, 'exit') }
}
