import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeCheckout } from '../checkout.ts'
import { readSettings } from '../settings.ts'
import { root } from '../tools/tools.fixture.ts'
import { startPrometheus } from './prometheus.ts'

test('rules that the running Prometheus does not take are told with its reason', async () => {
  const home = await mkdtemp(join(tmpdir(), 'alta-prometheus-'))
  const server = createServer(({ url }, response) => {
    response.writeHead(url === '/-/reload' ? 500 : 200).end('failed to reload: x.yaml: no such function\n')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const { port } = server.address() as AddressInfo // it listens at an address and not on a file
    await writeFile(join(home, 'ports.json'), JSON.stringify({ prometheus: port }))
    const checkout = { ...describeCheckout(root, readSettings(root)), home }
    const state = {
      ...{ id: 'x', pid: 1, startedAt: '', watching: false, gatewayUrl: '' },
      ...{ addresses: {}, settings: '', processes: [] },
    }
    const said = () => undefined
    await expect(startPrometheus(checkout, 'prometheus', state, said)).rejects.toThrow(
      'it does not take its rules: failed to reload: x.yaml: no such function',
    )
  } finally {
    server.close()
    await rm(home, { recursive: true, force: true })
  }
})
