import { beforeAll, describe, expect, it } from 'vitest'
import { eachAtOnce } from '../../system/each-at-once.ts'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../../tools/tools.fixture.ts'
import { installed } from '../releases.ts'
import { renderedBy } from '../render.fixture.ts'
import { policies } from './all.ts'
import { changed, without } from './changed.fixture.ts'
import { readFacts, type Scene, scenesOf } from './scene.ts'

const [helm] = (await toolFor('policies', () => ensureHelms(cache))) ?? []
let production: Scene

// `make check` holds every environment and every feature against the policies; here it is seen that they tell.
beforeAll(async () => {
  if (!helm) return
  const rendered = await eachAtOnce(await installed(root, ['production']), (release) =>
    renderedBy(helm, release),
  )
  const [scene] = scenesOf(rendered, await readFacts(root))
  if (!scene) throw new Error('production was not rendered')
  production = scene
}, 300_000)

describe.skipIf(!helm)('in production', () => {
  it.each(policies)('$sentence', ({ faults }) => {
    expect(faults(production)).toEqual([])
  })
})

const pod = ['spec', 'template', 'spec'] as const
const container = [...pod, 'containers', 0] as const
const annotations = ['spec', 'template', 'metadata', 'annotations'] as const

/** What each policy is for: a mistake in production, and the words by which it is told. */
const mistakes: readonly (readonly [mistake: string, told: string, make: (scene: Scene) => Scene])[] = [
  [
    'a root file system that can be written to',
    'ocr can write to its image',
    (scene) =>
      changed(scene, 'Rollout', 'ocr', [...container, 'securityContext', 'readOnlyRootFilesystem'], false),
  ],
  [
    'a pod on its node’s network',
    'shares something with its node',
    (scene) => changed(scene, 'Rollout', 'ocr', [...pod, 'hostNetwork'], true),
  ],
  [
    'a folder of the node',
    'volume tmp is of a kind',
    (scene) =>
      changed(scene, 'Rollout', 'ocr', [...pod, 'volumes', 0], { name: 'tmp', hostPath: { path: '/' } }),
  ],
  [
    'a Job that keeps its capabilities',
    'migrate keeps capabilities',
    (scene) =>
      changed(scene, 'Job', 'ocr-migrate', [...container, 'securityContext', 'capabilities'], undefined),
  ],
  [
    'more memory than was asked for',
    'may take more memory',
    (scene) => changed(scene, 'Rollout', 'ocr', [...container, 'resources', 'limits', 'memory'], '8Gi'),
  ],
  [
    'restarts because the database is away',
    'as livenessProbe, not /health/live',
    (scene) =>
      changed(scene, 'Rollout', 'tasks', [...container, 'livenessProbe', 'httpGet', 'path'], '/health/ready'),
  ],
  [
    'a grace period below what is promised',
    'is killed after 30 s',
    (scene) => changed(scene, 'Rollout', 'tasks', [...pod, 'terminationGracePeriodSeconds'], 30),
  ],
  [
    'replicas beside an autoscaler',
    'sets replicas',
    (scene) => changed(scene, 'Rollout', 'tasks', ['spec', 'replicas'], 2),
  ],
  [
    'an autoscaler of what is not there',
    'scales Deployment tasks',
    (scene) =>
      changed(scene, 'HorizontalPodAutoscaler', 'tasks', ['spec', 'scaleTargetRef', 'kind'], 'Deployment'),
  ],
  [
    'a missing budget',
    'has 0 budgets and several replicas',
    (scene) => without(scene, 'PodDisruptionBudget', 'reviews'),
  ],
  [
    'a budget that holds nodes back',
    'does not let one pod go',
    (scene) => changed(scene, 'PodDisruptionBudget', 'reviews', ['spec', 'maxUnavailable'], 0),
  ],
  [
    'a tag in production',
    'which somebody can move',
    (scene) => changed(scene, 'Rollout', 'ocr', [...container, 'image'], 'ghcr.io/example/alta/ocr:1.0.0'),
  ],
  [
    'a name twice',
    'has LOG_LEVEL twice',
    (scene) =>
      changed(scene, 'Rollout', 'ocr', [...container, 'env'], [{ name: 'LOG_LEVEL', value: 'info' }]),
  ],
  [
    'a mistyped setting',
    'sets OCR_WORKER,',
    (scene) => changed(scene, 'ConfigMap', 'ocr', ['data', 'OCR_WORKER'], '2'),
  ],
  [
    'another app-id',
    'its app-id is reader',
    (scene) => changed(scene, 'Rollout', 'ocr', [...annotations, 'dapr.io/app-id'], 'reader'),
  ],
  [
    'the role of another service',
    'its role is reviews',
    (scene) => changed(scene, 'ConfigMap', 'ocr', ['data', 'POSTGRES_USER'], 'alta_reviews'),
  ],
  [
    'a queue that is not there',
    'which is no queue of ours',
    (scene) =>
      changed(
        scene,
        'ScaledObject',
        'ocr',
        ['spec', 'triggers', 0, 'metadata', 'queueName'],
        'ocr-nothing.v1',
      ),
  ],
  [
    'a mistyped key of a trigger',
    'a trigger with modee',
    (scene) =>
      changed(scene, 'ScaledObject', 'ocr', ['spec', 'triggers', 0, 'metadata', 'modee'], 'QueueLength'),
  ],
  [
    'a selector by version',
    'selects by app.kubernetes.io/version',
    (scene) =>
      changed(scene, 'Rollout', 'ocr', ['spec', 'selector', 'matchLabels', 'app.kubernetes.io/version'], '1'),
  ],
  [
    'a secret that nobody makes',
    'names Secret passwords',
    (scene) =>
      changed(scene, 'Rollout', 'ocr', [...container, 'envFrom', 1, 'secretRef', 'name'], 'passwords'),
  ],
  [
    'a missing service account',
    'names ServiceAccount ocr',
    (scene) => without(scene, 'ServiceAccount', 'ocr'),
  ],
  [
    'an analysis that is not there',
    'names AnalysisTemplate ocr-messages',
    (scene) => without(scene, 'AnalysisTemplate', 'ocr-messages'),
  ],
  [
    'a Service of a canary that is not there',
    'names Service gateway-canary',
    (scene) => without(scene, 'Service', 'gateway-canary'),
  ],
  [
    'a port that no container has',
    'sends to web',
    (scene) => changed(scene, 'Service', 'ocr', ['spec', 'ports', 0, 'targetPort'], 'web'),
  ],
  [
    'a monitor of two Services',
    'finds 2 Services',
    (scene) =>
      changed(scene, 'Service', 'gateway', ['metadata', 'labels', 'app.kubernetes.io/component'], 'metrics'),
  ],
  [
    'a caller that the table does not list',
    'in: tasks is not listed and let through',
    (scene) =>
      changed(scene, 'NetworkPolicy', 'ocr', ['spec', 'ingress', 0, 'from', 0], {
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'tasks' } },
      }),
  ],
  [
    'a caller that may not leave',
    'out: identity is listed and refused',
    (scene) => changed(scene, 'NetworkPolicy', 'ocr', ['spec', 'egress', 0, 'ports', 0, 'port'], 50001),
  ],
  [
    'a rule for everybody',
    'has a rule for everybody',
    (scene) => changed(scene, 'NetworkPolicy', 'ocr', ['spec', 'ingress', 1, 'from'], undefined),
  ],
  [
    'a service without a network policy',
    'is selected by 0 network policies',
    (scene) => without(scene, 'NetworkPolicy', 'ocr'),
  ],
  [
    'a mistyped annotation',
    'has dapr.io/max-body, which is not known',
    (scene) => changed(scene, 'Rollout', 'ocr', [...annotations, 'dapr.io/max-body'], '16Mi'),
  ],
  [
    'a sidecar of Dapr’s own build',
    'has no dapr.io/sidecar-image',
    (scene) => changed(scene, 'Rollout', 'ocr', [...annotations, 'dapr.io/sidecar-image'], undefined),
  ],
  [
    'a sidecar that somebody can move',
    'which somebody can move',
    (scene) =>
      changed(scene, 'Rollout', 'ocr', [...annotations, 'dapr.io/sidecar-image'], 'a.b/alta/daprd:1'),
  ],
  [
    'a sidecar beside a Job',
    'has a sidecar that nobody ends',
    (scene) => changed(scene, 'Job', 'ocr-migrate', [...annotations, 'dapr.io/enabled'], 'true'),
  ],
  [
    'a canary judged by nothing',
    'asks for alta_inbox_handled, which no service has',
    (scene) =>
      changed(
        scene,
        'AnalysisTemplate',
        'ocr-messages',
        ['spec', 'metrics', 0, 'provider', 'prometheus', 'query'],
        'sum(alta_inbox_handled)',
      ),
  ],
]

describe.skipIf(!helm)('a mistake in production is told:', () => {
  it.each(mistakes)('%s', (_mistake, told, make) => {
    const broken = make(production)
    expect(policies.flatMap(({ faults }) => faults(broken)).join('\n')).toContain(told)
  })
})
