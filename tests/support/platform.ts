import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** The runner's own commands for an instance that only tests use, beside the developer's own platform. */
export function runPlatform(environment: Record<string, string>, instance = 'systemtest') {
  const run = (...words: string[]) =>
    new Promise<void>((resolve, reject) => {
      const child = spawn(process.execPath, [join(root, 'platform/src/cli.ts'), ...words], {
        cwd: root,
        stdio: 'inherit',
        env: {
          ...process.env,
          ...environment,
          ALTA_INSTANCE: instance,
          ALTA_GATEWAY_PORT: '18080',
          LOG_LEVEL: 'info',
        },
      })
      child.once('error', reject)
      child.once('exit', (code) => {
        if (code === 0) resolve()
        else reject(new Error(`"${words.join(' ')}" of the platform ended with ${code}`))
      })
    })
  return {
    home: join(root, '.alta/instances', instance),
    up: () => run('up', '--no-samples'),
    /** Its data is kept. */
    stop: () => run('down'),
    down: () => run('down', '--clean'),
  }
}

export interface PlatformState {
  gatewayUrl: string
  processes: {
    name: string
    service: string
    kind: 'service' | 'sidecar'
    pid?: number
    ready: boolean
    restarts: number
  }[]
}

/** What runs now, as the supervisor wrote it down. */
export const readPlatform = (home: string): PlatformState =>
  JSON.parse(readFileSync(join(home, 'supervisor.json'), 'utf8'))

/** Addresses of database and broker of the platform under test. */
export const readPlaces = (home: string): { rabbitmqUrl: string; postgres: { ownerUrl: string } } =>
  JSON.parse(readFileSync(join(home, 'places.json'), 'utf8'))
