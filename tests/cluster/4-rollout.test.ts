import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@alta/kit/testing/wait'
import { afterAll, expect, test } from 'vitest'
import { installService, namespace } from '../../platform/src/cluster/deploy.ts'
import {
  cluster,
  deployment,
  isGoing,
  podsOf,
  readyPodsOf,
  restarted,
  rolledOut,
  scaled,
} from './support/cluster.ts'
import { describe, startLoad } from './support/load.ts'
import { startWork } from './support/work.ts'

const services = Object.keys(deployment.images.services)
const work = await startWork('Rolf Rollout', 4000)

afterAll(async () => {
  await using settled = work
  const { items, mails } = await settled.settle()
  console.log(`${items} documents were worked on meanwhile, ${mails} mails came, none twice`)
})

/** A release of the same image under another version: both pods are made anew. */
async function release(service: string, version: string, more: readonly string[] = []): Promise<void> {
  await installService(deployment, service, ['--set', `replicas=2,version=${version}`, ...more])
  await rolledOut(service)
}

async function rollBack(service: string): Promise<void> {
  await cluster.helm(['rollback', service, '--namespace', namespace])
  await rolledOut(service)
}

/** Until no pod is on its way out: each is asked to drain for half a minute and more. */
const drained = () =>
  eventually('nothing is going any more', async () => !(await podsOf()).some(isGoing), 180)

test('rolling updates and rollbacks of every service lose no call', async () => {
  await using load = startLoad(work.client, work.projectId, 55)
  for (const service of services) {
    await scaled(service, 2)
    const before = Date.now()
    await release(service, 'next')
    await rollBack(service)
    console.log(
      `${service}: updated and rolled back in ${Math.round((Date.now() - before) / 1000)} s; ${load.outcome().failures} failed so far`,
    )
    await scaled(service, 1)
  }
  await drained()
  const outcome = await load.stop()
  console.log(describe(outcome))
  expect(outcome.calls).toBeGreaterThanOrEqual(5000)
  expect(outcome.rate).toBeGreaterThanOrEqual(50)
  expect([...outcome.failed]).toEqual([])
  expect(await restarted()).toEqual([])
}, 1_800_000)

test('without the drain that the chart asks for the same update loses calls, so that the test above can fail', async () => {
  const undrained = ['preStopSeconds', 'sidecarBlockSeconds'].flatMap((name) => ['--set', `drain.${name}=0`])
  await release('documents', 'undrained', undrained)
  await drained()
  await using load = startLoad(work.client, work.projectId, 55)
  await release('documents', 'undrained-next', undrained)
  await delay(25_000)
  const outcome = await load.stop()
  console.log(describe(outcome))
  await scaled('documents', 1)
  await drained()
  expect(outcome.failures).toBeGreaterThan(0)
})

test('an image that is not there, and one that cannot start, never take a call', async () => {
  const twoAreReady = async () => expect(await readyPodsOf('documents')).toHaveLength(2)
  // Without its migration, for which the same image would have to start before any pod is touched.
  const bad = (values: string) =>
    installService(deployment, 'documents', ['--set', `replicas=2,migration.enabled=false,${values}`])
  await scaled('documents', 2)
  await using load = startLoad(work.client, work.projectId, 55)
  await bad('image.tag=never-built,version=missing')
  await eventually('the new pod waits for its image', async () =>
    (await podsOf('documents')).some((pod) =>
      pod.status.containerStatuses.some(({ state }) => state.waiting?.reason.includes('Image')),
    ),
  )
  await twoAreReady()
  await rollBack('documents')
  await bad('env.LOG_LEVEL=no-such-level,version=broken')
  await eventually('the new pod ends again and again', async () =>
    (await podsOf('documents')).some((pod) =>
      pod.status.containerStatuses.some(({ restartCount }) => restartCount > 0),
    ),
  )
  await twoAreReady()
  await rollBack('documents')
  await drained()
  const outcome = await load.stop()
  console.log(describe(outcome))
  await scaled('documents', 1)
  expect([...outcome.failed]).toEqual([])
})

test('a version whose migration cannot start changes nothing', async () => {
  const names = async () => (await readyPodsOf('documents')).map(({ metadata }) => metadata.name)
  const before = await names()
  const upgrade = installService(deployment, 'documents', [
    '--set',
    'image.tag=never-built',
    '--timeout',
    '20s',
  ])
  await expect(upgrade).rejects.toThrow(/pre-upgrade|hook|timed out/i)
  expect(await names()).toEqual(before)
  await scaled('documents', 1)
})
