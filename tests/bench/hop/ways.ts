import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts, startDaprd } from '@alta/kit/testing/daprd'
import { eventually } from '@alta/kit/testing/wait'
import { type Processes, processesIn } from '../peers/processes.ts'
import { accessToken } from './access-token.ts'
import { startAltaGateway } from './alta-gateway.ts'
import { startHaproxy, startNginx } from './native-proxies.ts'
import { installNodePackages, nameAndVersion } from './node-packages.ts'
import { OPEN_PATH, type ProxySettings, SIGNED_IN_PATH, type UpstreamSettings } from './settings.ts'

/** A way to the same answer of the same plain service. */
export interface Way {
  name: string
  url: string
  headers?: Readonly<Record<string, string>>
  /** Processes, or groups of them, that stand in between. */
  processes: readonly number[]
}

export interface Ways extends AsyncDisposable {
  /** By what they are called in the notes. */
  ways: ReadonlyMap<string, Way>
  /** What is missing, and why. */
  missing: readonly string[]
  alive(): Promise<void>
}

const APP_TOKEN = 'bench-app-token-of-the-bench'

/** Starts the plain service and everything that may stand in front of it. What cannot be had is told as missing. */
export async function openWays(say: (text: string) => void): Promise<Ways> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'alta-bench-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const processes = opened.use(processesIn(folder))
  const [upstream = 0] = await freePorts(1)
  const running = [processes]
  const { jwks, token } = accessToken()
  const plain: UpstreamSettings = { port: upstream, jwks }
  await processes.node(new URL('./upstream.ts', import.meta.url), plain)
  await answers(processes, `http://127.0.0.1:${upstream}${OPEN_PATH}`)

  const prefix = `bench-hop:${randomUUID()}:`
  const ways = new Map<string, Way>([
    ['direct', { name: 'no hop', url: `http://127.0.0.1:${upstream}${OPEN_PATH}`, processes: [] }],
  ])
  const missing: string[] = []
  const packages = await installNodePackages(say)
  const peers: Record<string, { name: string; start: Start }> = {
    nginx: { name: 'nginx, one worker', start: (own, settings) => startNginx(own, folder, settings) },
    haproxy: { name: 'haproxy, one thread', start: (own, settings) => startHaproxy(own, folder, settings) },
    bare: { name: 'Node and undici, nothing else', start: ours('./bare-proxy.ts') },
    fastify: {
      name: `${nameAndVersion('fastify')}, ${nameAndVersion('@fastify/http-proxy')}`,
      start: ours('./fastify-proxy.ts'),
    },
    limited: {
      name: `fastify with its log, and ${nameAndVersion('@fastify/rate-limit')} in Redis`,
      start: ours('./fastify-limited.ts'),
    },
    express: { name: nameAndVersion('express-gateway'), start: ours('./express-gateway.ts') },
  }
  for (const [key, { name, start }] of Object.entries(peers)) {
    const [port = 0] = await freePorts(1)
    const url = `http://127.0.0.1:${port}${OPEN_PATH}`
    const own = opened.use(processesIn(folder))
    try {
      await start(own, { port, upstream, packages, prefix })
      ways.set(key, { name, url: await answers(own, url), processes: own.groups() })
      running.push(own)
    } catch (error) {
      missing.push(`${name}: ${error instanceof Error ? error.message : error}`)
    }
  }

  const [ownPort = 0, otherPort = 0] = await freePorts(2)
  const alone = opened.use(processesIn(folder))
  running.push(alone)
  const gateway = await startAltaGateway(alone, 'gateway', {
    sidecar: { port: upstream },
    appPort: ownPort,
    prefix,
  })
  const signedIn = { authorization: `Bearer ${token}` }
  ways.set('open', {
    name: 'Alta without Dapr, for anyone, limits counted in Redis',
    url: await answers(alone, `http://127.0.0.1:${gateway}${OPEN_PATH}`),
    processes: alone.groups(),
  })
  ways.set('signedIn', {
    name: 'Alta without Dapr, token verified, limits counted in Redis',
    url: await answers(alone, `http://127.0.0.1:${gateway}${SIGNED_IN_PATH}`, signedIn),
    headers: signedIn,
    processes: alone.groups(),
  })
  try {
    const options = { appToken: APP_TOKEN, rabbitmqUrl: '', names: join(folder, 'names.db') }
    const sidecar = async (appId: string, appPort: number) =>
      opened.adopt(await startDaprd({ ...options, appId, appPort, namespace: 'alta-bench-hop' }), (one) =>
        one.stop(),
      )
    const receiving = await sidecar('identity', upstream)
    const sending = await sidecar('gateway', otherPort)
    const { url, apiToken } = sending
    const sidecars = [sending.pid, receiving.pid]
    const through = { 'dapr-app-id': 'identity', 'dapr-api-token': apiToken }
    ways.set('sidecars', {
      name: 'two sidecars of Dapr alone',
      url: await answers(processes, url + OPEN_PATH, through),
      headers: through,
      processes: sidecars,
    })
    const whole = opened.use(processesIn(folder))
    const port = await startAltaGateway(whole, 'gateway-with-sidecar', {
      sidecar: { port: Number(new URL(url).port), token: apiToken },
      appPort: otherPort,
      prefix,
    })
    ways.set('whole', {
      name: 'Alta with both sidecars, token verified, limits counted in Redis',
      url: await answers(whole, `http://127.0.0.1:${port}${SIGNED_IN_PATH}`, signedIn),
      headers: signedIn,
      processes: [...whole.groups(), ...sidecars],
    })
    running.push(whole)
  } catch (error) {
    missing.push(`Alta with its sidecars: ${error instanceof Error ? error.message : error}`)
  }
  const closing = opened.move()
  return {
    ways,
    missing,
    alive: async () => void (await Promise.all(running.map((one) => one.alive()))),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** @returns the address, once it gives the good answer */
async function answers(
  { alive }: Processes,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  await eventually(
    `${url} answers`,
    async () => {
      // What has ended will not answer; its last words are the reason.
      const fault = await alive().catch((error: unknown) => error)
      if (fault) return { fault }
      const answer = await fetch(url, { headers })
      await answer.body?.cancel()
      return answer.status === 200 && { fault: undefined }
    },
    60,
  ).then(({ fault }) => {
    if (fault) throw fault
  })
  return url
}

type Start = (processes: Processes, settings: ProxySettings) => Promise<void>

const ours =
  (file: string): Start =>
  (processes, settings) =>
    processes.node(new URL(file, import.meta.url), settings)
