import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@alta/kit/testing/wait'
import { expect, test } from 'vitest'
import { namespace } from '../../platform/src/cluster/deploy.ts'
import { killContainer } from '../../platform/src/cluster/node/node.ts'
import { cluster, deployment, isGoing, isReady, podsOf } from './support/cluster.ts'
import { describe, startLoad } from './support/load.ts'
import { startWork } from './support/work.ts'

const services = Object.keys(deployment.images.services)

/** Both replicas of every service. */
const complete = () =>
  eventually(
    'every service has its two ready pods',
    async () => {
      const pods = (await podsOf()).filter((pod) => isReady(pod) && !isGoing(pod))
      return services.every(
        (service) =>
          pods.filter(({ metadata }) => metadata.labels['app.kubernetes.io/instance'] === service).length ===
          2,
      )
    },
    300,
  )

test('a pod of every service is evicted: nothing accepted is lost, nothing happens twice', async () => {
  const work = await startWork('Eve Evicted', 2000)
  const load = startLoad(work.client, work.projectId, 50)
  for (const service of services) {
    const [pod] = (await podsOf(service)).filter((one) => isReady(one) && !isGoing(one))
    const name = pod?.metadata.name ?? ''
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }
    await cluster.kubectl(
      ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, '-f', '-'],
      JSON.stringify(eviction),
    )
    await complete()
  }
  const outcome = await load.stop()
  const { items, mails } = await work.settle()
  console.log(`${describe(outcome)}\n${items} documents, ${mails} mails: none lost, none twice`)
  expect(outcome.failures).toBe(0)
})

test('an app and a sidecar of every service are killed: nothing accepted is lost, nothing happens twice', async () => {
  const work = await startWork('Kim Killed', 2000)
  const load = startLoad(work.client, work.projectId, 50)
  let kills = 0
  for (const service of services) {
    for (const container of [service, 'daprd']) {
      const [pod] = (await podsOf(service)).filter((one) => isReady(one) && !isGoing(one))
      const statuses = [
        ...(pod?.status.containerStatuses ?? []),
        ...(pod?.status.initContainerStatuses ?? []),
      ]
      const id = statuses.find(({ name }) => name === container)?.containerID ?? ''
      await killContainer(deployment.folder, id)
      kills += 1
      await delay(1000)
      await complete()
    }
  }
  const outcome = await load.stop()
  const { items, mails } = await work.settle()
  // Calls that a killed process had in hand fail, and those that meet it before its sidecar or its Service knows.
  console.log(
    `${kills} kills\n${describe(outcome)}\n${items} documents, ${mails} mails: none lost, none twice`,
  )
  expect(outcome.failures).toBeLessThan(outcome.calls / 20)
})
