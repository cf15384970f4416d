import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openCheckout } from '../../platform/src/checkout.ts'
import { everyImage } from '../../platform/src/cluster/images/images.ts'
import { openShop } from '../../platform/src/cluster/images/shop.ts'
import { alignTable } from '../../platform/src/console/table.ts'
import { Client } from '../support/client.ts'
import { deployment, gatewayUrl } from './support/cluster.ts'
import { measureContainers, mib, startTimes, type Usage, usageOfNode } from './support/footprint.ts'
import { describe as describeLoad, startLoad } from './support/load.ts'
import { startWork } from './support/work.ts'

test('what pods take, at rest and at work, lies below what they ask for', async () => {
  console.log(`\n${alignTable([['started', 'seconds until ready'], ...(await startTimes())])}`)
  await delay(20_000)
  const rest = await measureContainers()
  await using work = await startWork('Fay Footprint', 3000)
  await using load = startLoad(work.client, work.projectId, 50)
  const peaks = new Map<string, Usage>()
  for (let turn = 0; turn < 12; turn += 1) {
    await delay(5000)
    for (const usage of await measureContainers()) {
      const peak = peaks.get(usage.name)
      peaks.set(usage.name, {
        ...usage,
        memory: Math.max(usage.memory, peak?.memory ?? 0),
        cpu: Math.max(usage.cpu, peak?.cpu ?? 0),
      })
    }
  }
  const outcome = await load.stop()
  const { items } = await work.settle()
  console.log(`${describeLoad(outcome)}; ${items} documents`)
  const rows = rest.map((usage) => {
    const peak = peaks.get(usage.name) ?? usage
    return [
      usage.name,
      mib(usage.memory),
      mib(peak.memory),
      mib(usage.limit),
      `${usage.cpu} m`,
      `${peak.cpu} m`,
    ]
  })
  const head = ['container', 'MiB at rest', 'at work', 'limit', 'CPU at rest', 'at work']
  console.log(`\n${alignTable([head, ...rows.sort()])}`)
  console.log(`\n${await usageOfNode()}`)
  const ours = Object.keys(deployment.images.services).flatMap((service) => [service, `${service} daprd`])
  for (const name of ours) {
    const { memory, limit } = peaks.get(name) ?? { memory: 0, limit: 0 }
    expect(memory, `${name} was measured`).toBeGreaterThan(0)
    expect(memory, `${name} has room`).toBeLessThan(limit * 0.9)
  }
})

test('every image is there, and none grows unseen', async () => {
  const { buildah } = await openShop(await openCheckout())
  const sizes = await Promise.all(
    everyImage(deployment.images).map(async (tag) => [tag, await buildah.size(tag)] as const),
  )
  const rows = sizes.map(([tag, size]) => [tag, `${Math.round(size / 1e6)}`])
  console.log(`\n${alignTable([['image', 'MB'], ...rows])}`)
  for (const [tag, size] of sizes) expect(size, tag).toBeLessThan(1e9)
})

test('who asks without a token is refused at the gateway', async () => {
  const stranger = new Client(gatewayUrl)
  expect((await stranger.call('GET', '/api/v1/projects')).status).toBe(401)
})
