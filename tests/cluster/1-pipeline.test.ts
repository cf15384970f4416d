import { eventually } from '@alta/kit/testing/wait'
import { expect, test } from 'vitest'
import { openCheckout } from '../../platform/src/checkout.ts'
import { runSamples } from '../../platform/src/samples/run.ts'
import { openSecrets } from '../../platform/src/secrets.ts'
import { Client } from '../support/client.ts'
import { gatewayUrl, isReady, mailsTo, podsOf } from './support/cluster.ts'
import { quiet } from './support/work.ts'

test('every pod of every service is ready, each with its sidecar beside it', async () => {
  const pods = (await podsOf()).filter(({ status }) => status.phase !== 'Succeeded')
  expect(pods.length).toBeGreaterThan(0)
  for (const pod of pods) {
    expect(isReady(pod), pod.metadata.name).toBe(true)
    const sidecar = pod.status.initContainerStatuses.find(({ name }) => name === 'daprd')
    expect(sidecar?.ready, `${pod.metadata.name} has its sidecar`).toBe(true)
  }
})

test('all samples come through the gateway of the cluster as their truth says', async () => {
  const checkout = await openCheckout()
  const secrets = await openSecrets(checkout)
  const project = `Cluster ${Date.now()}`
  const say = (text: string) => console.log(text)
  const good = await runSamples({ checkout, secrets, gatewayUrl, say, speech: true, project })
  expect(good).toBe(true)
  await quiet()
})

test('who registers is welcomed by one mail, by SMTP', async () => {
  const ada = await new Client(gatewayUrl).register('Ada Cluster')
  const mails = await eventually('the mail has come', async () => {
    const found = await mailsTo(ada.email)
    return found.length > 0 && found
  })
  expect(mails.map(({ subject }) => /welcome/i.test(subject))).toEqual([true])
})
