import { eventually } from '@alta/kit/testing/wait'
import { expect, test } from 'vitest'
import { namespace } from '../../platform/src/cluster/deploy.ts'
import { killContainer } from '../../platform/src/cluster/node/node.ts'
import { cluster, deployment, type Pod, readyPodsOf, scaled } from './support/cluster.ts'
import { describe, startLoad } from './support/load.ts'
import { startWork } from './support/work.ts'

const services = Object.keys(deployment.images.services)

/** Until a service has its two pods again, both ready. */
const complete = (service: string) =>
  eventually(`${service} has its two ready pods`, async () => (await readyPodsOf(service)).length === 2, 300)

const containerOf = (pod: Pod | undefined, container: string) =>
  [...(pod?.status.containerStatuses ?? []), ...(pod?.status.initContainerStatuses ?? [])].find(
    ({ name }) => name === container,
  )

test('a pod of every service is evicted: nothing accepted is lost, nothing happens twice', async () => {
  await using work = await startWork('Eve Evicted', 2000)
  await using load = startLoad(work.client, work.projectId, 50)
  for (const service of services) {
    await scaled(service, 2)
    const [pod] = await readyPodsOf(service)
    const name = pod?.metadata.name ?? ''
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }
    await cluster.kubectl(
      ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, '-f', '-'],
      JSON.stringify(eviction),
    )
    await complete(service)
    await scaled(service, 1)
  }
  const outcome = await load.stop()
  const { items, mails } = await work.settle()
  console.log(`${describe(outcome)}\n${items} documents, ${mails} mails: none lost, none twice`)
  expect(outcome.failures).toBe(0)
})

test('an app and a sidecar of every service are killed: nothing accepted is lost, nothing happens twice', async () => {
  await using work = await startWork('Kim Killed', 2000)
  await using load = startLoad(work.client, work.projectId, 50)
  let kills = 0
  for (const service of services) {
    await scaled(service, 2)
    for (const container of [service, 'daprd']) {
      const [pod] = await readyPodsOf(service)
      const name = pod?.metadata.name ?? ''
      const killed = containerOf(pod, container)?.containerID ?? ''
      await killContainer(deployment.folder, killed)
      kills += 1
      await eventually(
        `${container} of ${name} is there again`,
        async () => {
          const again = (await readyPodsOf(service)).find(({ metadata }) => metadata.name === name)
          return containerOf(again, container)?.containerID !== killed && again !== undefined
        },
        300,
      )
    }
    await scaled(service, 1)
  }
  const outcome = await load.stop()
  const { items, mails } = await work.settle()
  // Calls that a killed process had in hand fail, and those that meet it before its sidecar or its Service knows.
  console.log(
    `${kills} kills\n${describe(outcome)}\n${items} documents, ${mails} mails: none lost, none twice`,
  )
  expect(outcome.failures).toBeLessThan(outcome.calls / 20)
})
