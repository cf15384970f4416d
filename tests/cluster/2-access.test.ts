import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@alta/kit/testing/wait'
import { expect, test } from 'vitest'
import { namespace } from '../../platform/src/cluster/deploy.ts'
import { cluster, inNamespace, isReady, podsOf, runIn } from './support/cluster.ts'

/** Status of a call from one service to another, by its own sidecar. */
async function callFrom(service: string, appId: string, path: string): Promise<number> {
  const [pod] = (await podsOf(service)).filter(isReady)
  const script = `
    const token = process.env.DAPR_API_TOKEN
    const response = await fetch('http://127.0.0.1:3500/v1.0/invoke/${appId}/method${path}', { headers: { 'dapr-api-token': token } })
    console.log(response.status)`
  return Number(await runIn(cluster, pod?.metadata.name ?? '', service, script))
}

test('a call that the table names is answered, and every other is refused by the called side’s sidecar', async () => {
  expect(await callFrom('documents', 'identity', '/.well-known/jwks.json')).toBe(200)
  // Another path of a service that it may call, another service, and a service that is nobody's to call.
  expect(await callFrom('documents', 'identity', '/api/v1/auth/me')).toBe(403)
  expect(await callFrom('documents', 'reviews', '/health')).toBe(403)
  expect(await callFrom('ocr', 'documents', '/api/v1/projects')).toBe(403)
})

test('a sidecar lets in nobody who does not know its token', async () => {
  const [pod] = (await podsOf('documents')).filter(isReady)
  const script = `
    const response = await fetch('http://127.0.0.1:3500/v1.0/invoke/identity/method/.well-known/jwks.json')
    console.log(response.status)`
  expect(Number(await runIn(cluster, pod?.metadata.name ?? '', 'documents', script))).toBe(401)
})

test('a pod that is refused its sidecar never becomes ready', async () => {
  const name = 'documents-alone'
  const deployed = (await cluster.json(['-n', namespace, 'get', 'deployment', 'documents'])) as {
    spec: { template: { metadata: { labels: object; annotations: object }; spec: object } }
  }
  const { metadata, spec } = deployed.spec.template
  await cluster.apply([
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace,
        labels: { ...metadata.labels, 'app.kubernetes.io/instance': name },
        annotations: { ...metadata.annotations, 'dapr.io/enabled': 'false' },
      },
      spec,
    },
  ])
  try {
    await eventually('its app has started', async () => {
      const [pod] = await podsOf(name)
      return pod?.status.containerStatuses.some(({ state }) => state.running) ?? false
    })
    for (let second = 0; second < 30; second += 2) {
      const [pod] = await podsOf(name)
      expect(pod && isReady(pod), `ready after ${second} s`).toBe(false)
      await delay(2000)
    }
  } finally {
    await inNamespace('delete', 'pod', name, '--grace-period=1')
  }
})
