import { beforeAll, describe, expect, it } from 'vitest'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../../tools/tools.fixture.ts'
import { type Release, tried } from '../releases.ts'
import { helmText, render } from '../render.ts'

const helms = await toolFor('charts/service', () => ensureHelms(cache))
let releases: Release[]
beforeAll(async () => {
  releases = await tried(root)
})

/** A file of ci/ that renders, what is changed in it, and the sentence that it ends with. */
const contradictions: readonly (readonly [file: string, change: string, sentence: string])[] = [
  ['deployment', 'appId=orders', 'the release must be called orders'],
  ['deployment', 'image.registry=', 'image.registry is missing'],
  ['deployment', 'image.tag=', 'image.tag or image.digest is missing'],
  ['digest', 'image.digest=', 'image.digest is missing: image.requireDigest is on'],
  ['deployment', 'postgres.host=', 'postgres.host is missing: the service has a database'],
  ['files', 'storage.bucket=', 'storage.bucket is missing'],
  ['state', 'dapr.appPort=false', 'state wants dapr.appPort'],
  ['deployment', 'env.APP_PORT=80', 'env.APP_PORT is set by the chart'],
  ['deployment', 'env.OUTBOX_TRANSPORT=dapr', 'env.OUTBOX_TRANSPORT dapr wants receipts'],
  ['deployment', 'env.NODE_OPTIONS=--import=/tmp/x.js', 'env.NODE_OPTIONS is read before the service is'],
  ['deployment', 'env.SMTP_PASSWORD=x', 'env.SMTP_PASSWORD is a secret: it belongs into the Secret reviews'],
  ['deployment', 'env.REDIS_URL=redis://user:secret@redis', 'env.REDIS_URL holds a password'],
  ['cpu-autoscaling', 'autoscaling.minReplicas=9', 'autoscaling.minReplicas is more than'],
  ['queue-autoscaling', 'autoscaling.queue.topics=null', 'autoscaling.queue.topics is empty'],
  ['several-queues', 'autoscaling.queue.idleToZero=true', 'idleToZero wants worker'],
  ['several-queues', 'database=false', 'autoscaling.by queue wants database'],
  ['several-queues', 'autoscaling.queue.fallbackReplicas=9', 'fallbackReplicas is more than'],
  ['digest', 'watch=true', 'watch is for a developer'],
  ['public', 'worker=true', 'worker and public exclude each other'],
  ['grpc', 'env.GATEWAY_GRPC_PORT=8082', 'public.grpcPort is 8081 and env.GATEWAY_GRPC_PORT is not'],
  ['canary-rollout', 'rollout.strategy=edge', 'rollout.strategy edge wants public.port'],
  ['blue-green-rollout', 'dapr.appPort=true', 'rollout.strategy blueGreen excludes dapr.appPort'],
  ['canary-rollout', 'rollout.strategy=worker', 'rollout.strategy worker wants worker'],
  ['canary-rollout', 'replicas=1', 'rollout.strategy canary wants two replicas'],
  ['worker-rollout', 'autoscaling.queue.idleToZero=true', 'worker excludes autoscaling.queue.idleToZero'],
  ['canary-rollout', 'rollout.analysis.prometheus=', 'rollout.analysis.prometheus is missing'],
  ['canary-rollout', 'monitoring.enabled=false', 'rollout.analysis wants monitoring'],
  ['deployment', 'networkPolicy.places.metrics.peers=null', 'networkPolicy.places.metrics.peers is empty'],
]

describe.skipIf(!helms)('what contradicts itself does not render, and says why:', () => {
  it.each(contradictions)(
    '%s with %s',
    async (file, change, sentence) => {
      const release = releases.find(({ title }) => title === `ci/${file}`)
      const [helm] = helms ?? []
      if (!release || !helm) throw new Error(`there is no charts/service/ci/${file}-values.yaml`)
      const outcome = await helmText(root, helm, release, ['--set', change])
      expect('refusal' in outcome ? outcome.refusal : 'it renders').toContain(sentence)
    },
    60_000,
  )
})

it.skipIf(!helms)(
  'a cluster that does not know monitors gets none, and is told so',
  async () => {
    const release = releases.find(({ title }) => title === 'ci/deployment')
    for (const helm of helms ?? []) {
      if (!release) throw new Error('there is no charts/service/ci/deployment-values.yaml')
      const outcome = await render(root, helm, release, [], [])
      expect('rendered' in outcome && outcome.rendered.manifests.map(({ kind }) => kind)).not.toContain(
        'ServiceMonitor',
      )
    }
  },
  60_000,
)
