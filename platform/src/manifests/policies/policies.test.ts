import { beforeAll, describe, expect, it } from 'vitest'
import { eachAtOnce } from '../../system/each-at-once.ts'
import { ensureHelms, ensureKubectl } from '../../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../../tools/tools.fixture.ts'
import { buildAll } from '../kustomizations.ts'
import { installed, platformIn } from '../releases.ts'
import { renderedBy } from '../render.fixture.ts'
import { policies } from './all.ts'
import { changed, without } from './changed.fixture.ts'
import { readFacts, type Scene, scenesOf } from './scene.ts'

const [helm] = (await toolFor('policies', () => ensureHelms(cache))) ?? []
const kubectl = await toolFor('policies about what is beside the charts', () => ensureKubectl(cache))
let production: Scene

// `make check` holds every environment and every feature against the policies; here it is seen that they tell.
beforeAll(async () => {
  if (!helm || !kubectl) return
  const rendered = await eachAtOnce(await installed(root, ['production']), (release) =>
    renderedBy(helm, release),
  )
  const { beside } = await buildAll(root, kubectl, ['production'])
  const [scene] = scenesOf(rendered, await readFacts(root), beside)
  if (!scene) throw new Error('production was not rendered')
  production = scene
}, 300_000)

describe.skipIf(!helm || !kubectl)('in production', () => {
  it.each(policies)('$sentence', ({ faults }) => {
    expect(faults(production)).toEqual([])
  })
})

const pod = ['spec', 'template', 'spec'] as const
const container = [...pod, 'containers', 0] as const
const destination = ['spec', 'http', 0, 'route', 0, 'destination'] as const
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
    'an image of somebody else',
    'which is not ghcr.io/example/alta/ocr',
    (scene) =>
      changed(
        scene,
        'Rollout',
        'ocr',
        [...container, 'image'],
        `docker.io/somebody/alta/ocr@sha256:${'0'.repeat(64)}`,
      ),
  ],
  [
    'code that Node would load before the service',
    'sets NODE_OPTIONS,',
    (scene) => changed(scene, 'ConfigMap', 'ocr', ['data', 'NODE_OPTIONS'], '--import=/tmp/x.js'),
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
    'a pod that the injector is not asked about',
    'so the injector is not asked',
    (scene) =>
      changed(
        scene,
        'Rollout',
        'ocr',
        ['spec', 'template', 'metadata', 'labels', 'app.kubernetes.io/part-of'],
        'other',
      ),
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
      changed(
        scene,
        'Rollout',
        'ocr',
        [...annotations, 'dapr.io/sidecar-image'],
        'ghcr.io/example/alta/daprd:1',
      ),
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
  [
    'a budget of other pods',
    'is not about the pods of reviews',
    (scene) =>
      changed(scene, 'PodDisruptionBudget', 'reviews', ['spec', 'selector', 'matchLabels'], {
        'app.kubernetes.io/name': 'review',
      }),
  ],
  [
    'a trigger of another kind',
    'has a trigger rabbit',
    (scene) => changed(scene, 'ScaledObject', 'ocr', ['spec', 'triggers', 0, 'type'], 'rabbit'),
  ],
  [
    'a queue that scales what is not there',
    'scales Deployment ocr',
    (scene) => changed(scene, 'ScaledObject', 'ocr', ['spec', 'scaleTargetRef', 'kind'], 'Deployment'),
  ],
  [
    'a key of a Secret that it has not',
    'reads tokens of Secret ocr-dapr',
    (scene) =>
      changed(
        scene,
        'Rollout',
        'ocr',
        [...container, 'env'],
        [{ name: 'APP_API_TOKEN', valueFrom: { secretKeyRef: { name: 'ocr-dapr', key: 'tokens' } } }],
      ),
  ],
  [
    'a key that an autoscaler logs in with',
    'reads url of Secret rabbitmq',
    (scene) =>
      changed(scene, 'TriggerAuthentication', 'ocr-rabbitmq', ['spec', 'secretTargetRef', 0, 'key'], 'url'),
  ],
  [
    'a volume of what is not there',
    'names ConfigMap models',
    (scene) =>
      changed(scene, 'Rollout', 'ocr', [...pod, 'volumes', 0], {
        name: 'tmp',
        configMap: { name: 'models' },
      }),
  ],
  [
    'a priority that nobody defines',
    'names PriorityClass urgent',
    (scene) => changed(scene, 'Rollout', 'ocr', [...pod, 'priorityClassName'], 'urgent'),
  ],
  [
    'a configuration of Dapr that is not there',
    'names Configuration reader',
    (scene) => changed(scene, 'Rollout', 'ocr', [...annotations, 'dapr.io/config'], 'reader'),
  ],
  [
    'a Secret in a Role that nobody makes',
    'names Secret broker',
    (scene) => changed(scene, 'Role', 'ocr', ['rules', 0, 'resourceNames'], ['rabbitmq', 'broker']),
  ],
  [
    'a store of secrets that is not there',
    'names ClusterSecretStore vault',
    (scene) => changed(scene, 'ExternalSecret', 'ocr', ['spec', 'secretStoreRef', 'name'], 'vault'),
  ],
  [
    'an issuer that is not there',
    'names ClusterIssuer ours',
    (scene) => changed(scene, 'Certificate', 'alta-production-tls', ['spec', 'issuerRef', 'name'], 'ours'),
  ],
  [
    'a broker that is not there',
    'names RabbitmqCluster broker',
    (scene) => changed(scene, 'Policy', 'alta-work', ['spec', 'rabbitmqClusterReference', 'name'], 'broker'),
  ],
  [
    'a key that a channel does not get',
    'reads slack of Secret alerting',
    (scene) =>
      changed(
        scene,
        'AlertmanagerConfig',
        'alta',
        ['spec', 'receivers', 1, 'slackConfigs', 0, 'apiURL', 'key'],
        'slack',
      ),
  ],
  [
    'an address in a namespace that is not there',
    'asks collector.tracing:4318, where nobody is',
    (scene) =>
      changed(
        scene,
        'ConfigMap',
        'ocr',
        ['data', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
        'http://collector.tracing.svc:4318',
      ),
  ],
  [
    'an address at another port',
    'asks prometheus-operated.monitoring:9091, where nobody is',
    (scene) =>
      changed(
        scene,
        'AnalysisTemplate',
        'ocr-messages',
        ['spec', 'metrics', 0, 'provider', 'prometheus', 'address'],
        'http://prometheus-operated.monitoring.svc:9091',
      ),
  ],
  [
    'a database server that is not there',
    'asks postgres, where nobody is',
    (scene) => changed(scene, 'ConfigMap', 'ocr', ['data', 'POSTGRES_HOST'], 'postgres'),
  ],
  [
    'a broker in a Secret that is not there',
    'asks broker:5672, where nobody is',
    (scene) =>
      changed(
        scene,
        'ExternalSecret',
        'ocr',
        ['spec', 'target', 'template', 'data', 'RABBITMQ_URL'],
        'amqp://{{ .rabbitmq_username }}:{{ .rabbitmq_password }}@broker:5672/alta',
      ),
  ],
  [
    'a route behind a gateway that is not there',
    'is behind the Gateway altar',
    (scene) => changed(scene, 'VirtualService', 'gateway', ['spec', 'gateways', 0], 'altar'),
  ],
  [
    'a route to a Service that is not there',
    'leads to console:8080, where nobody is',
    (scene) => changed(scene, 'VirtualService', 'gateway', [...destination, 'host'], 'console'),
  ],
  [
    'a route to a port that is not there',
    'leads to gateway:80, where nobody is',
    (scene) => changed(scene, 'VirtualService', 'gateway', [...destination, 'port', 'number'], 80),
  ],
  [
    'a route to a subset that no rule has',
    'leads to the subset new of gateway',
    (scene) => changed(scene, 'VirtualService', 'gateway', [...destination, 'subset'], 'new'),
  ],
  [
    'a rule for a Service that is not there',
    'DestinationRule gateway leads to edge',
    (scene) => changed(scene, 'DestinationRule', 'gateway', ['spec', 'host'], 'edge'),
  ],
  [
    'a gateway on proxies that are not there',
    'is for proxies {"istio":"egress"}',
    (scene) => changed(scene, 'Gateway', 'alta', ['spec', 'selector', 'istio'], 'egress'),
  ],
  [
    'a certificate that nobody makes',
    'shows the certificate tls',
    (scene) => changed(scene, 'Gateway', 'alta', ['spec', 'servers', 1, 'tls', 'credentialName'], 'tls'),
  ],
  [
    'a canary’s share of a route that leads to one side',
    'shifts the route uploads, which does not lead to gateway-canary',
    (scene) =>
      changed(
        scene,
        'Rollout',
        'gateway',
        ['spec', 'strategy', 'canary', 'trafficRouting', 'istio', 'virtualService', 'routes'],
        ['uploads'],
      ),
  ],
  [
    'a network policy about no pod',
    'NetworkPolicy allow-redis is about no pod',
    (scene) =>
      changed(
        scene,
        'NetworkPolicy',
        'allow-redis',
        ['spec', 'podSelector', 'matchExpressions', 0, 'values'],
        ['task'],
      ),
  ],
  [
    'a network policy to nobody',
    'which is nobody in production',
    (scene) =>
      changed(scene, 'NetworkPolicy', 'allow-broker', ['spec', 'egress', 0, 'to', 0, 'podSelector'], {
        matchLabels: { 'app.kubernetes.io/name': 'broker' },
      }),
  ],
  [
    'a network policy from a namespace that is not there',
    'which is nobody in production',
    (scene) =>
      changed(scene, 'NetworkPolicy', 'gateway', ['spec', 'ingress', 0, 'from', 0], {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress' } },
      }),
  ],
  [
    'a port of the database that is not there',
    'opens port 5433',
    (scene) =>
      changed(scene, 'NetworkPolicy', 'allow-database', ['spec', 'egress', 0, 'ports', 0, 'port'], 5433),
  ],
  [
    'a port of the service that is not there',
    'opens port 3001',
    (scene) => changed(scene, 'NetworkPolicy', 'ocr', ['spec', 'ingress', 0, 'ports', 0, 'port'], 3001),
  ],
  [
    'a component of a type that nobody reads',
    'is of the type pubsub.rabbit',
    (scene) => changed(scene, 'Component', 'pubsub', ['spec', 'type'], 'pubsub.rabbit'),
  ],
  [
    'a mistyped setting of a component',
    'sets durabel, which pubsub.rabbitmq does not read',
    (scene) => changed(scene, 'Component', 'pubsub', ['spec', 'metadata', 1, 'name'], 'durabel'),
  ],
  [
    'a key that a component reads and nobody makes',
    'reads url of Secret rabbitmq',
    (scene) => changed(scene, 'Component', 'pubsub', ['spec', 'metadata', 0, 'secretKeyRef', 'key'], 'url'),
  ],
  [
    'a component for a service that is not there',
    'is for task, which is no service',
    (scene) => changed(scene, 'Component', 'statestore', ['scopes', 0], 'task'),
  ],
  [
    'a component beside which another is missing',
    'names the component outbox-internal',
    (scene) => without(scene, 'Component', 'outbox-internal'),
  ],
  [
    'a Secret of a component that its sidecar may not read',
    'reads the Secret redis, which the sidecar of tasks may not',
    (scene) => changed(scene, 'Role', 'tasks', ['rules', 0, 'resourceNames'], ['rabbitmq']),
  ],
  [
    'an analysis that asks with what it does not declare',
    'asks with canary, which it does not declare',
    (scene) => changed(scene, 'AnalysisTemplate', 'ocr-messages', ['spec', 'args'], [{ name: 'stable' }]),
  ],
  [
    'an analysis that is not told what it asks with',
    'does not tell ocr-messages its stable',
    (scene) =>
      changed(
        scene,
        'Rollout',
        'ocr',
        ['spec', 'strategy', 'canary', 'steps', 2, 'analysis', 'args'],
        [{ name: 'canary', value: 'x' }],
      ),
  ],
  [
    'a channel that is not there',
    'tells nights, which is no receiver',
    (scene) =>
      changed(scene, 'AlertmanagerConfig', 'alta', ['spec', 'route', 'routes', 0, 'receiver'], 'nights'),
  ],
  [
    'alerts of which nobody is told',
    'tells nobody of what is info',
    (scene) =>
      changed(
        scene,
        'AlertmanagerConfig',
        'alta',
        ['spec', 'route', 'routes', 2, 'matchers', 0, 'value'],
        'none',
      ),
  ],
  [
    'rules that Prometheus does not choose',
    'PrometheusRule outbox is taken by no Prometheus',
    (scene) =>
      changed(scene, 'Prometheus', 'prometheus', ['spec', 'ruleSelector'], {
        matchLabels: { team: 'other' },
      }),
  ],
  [
    'channels in a namespace that Alertmanager does not look into',
    'AlertmanagerConfig alta is taken by no Alertmanager',
    (scene) =>
      changed(
        scene,
        'Alertmanager',
        'alertmanager',
        ['spec', 'alertmanagerConfigNamespaceSelector', 'matchLabels', 'alta.io/dapr'],
        'false',
      ),
  ],
  [
    'a dashboard that Grafana does not find',
    'ConfigMap dashboard-overview is shown by no Grafana',
    (scene) =>
      changed(scene, 'ConfigMap', 'dashboard-overview', ['metadata', 'labels', 'grafana_dashboard'], '2'),
  ],
  [
    'a quota that an autoscaler would run into',
    'allows 12 of requests.cpu, and',
    (scene) => changed(scene, 'ResourceQuota', 'alta', ['spec', 'hard', 'requests.cpu'], '12'),
  ],
  [
    'figures of a canary’s Service under its name',
    'gives figures the job undefined, not gateway',
    (scene) =>
      changed(
        scene,
        'ServiceMonitor',
        'gateway',
        ['spec', 'endpoints', 0, 'relabelings', 0, 'targetLabel'],
        'jobs',
      ),
  ],
  [
    'figures that nobody collects',
    'asks for certmanager_…, and there is no PodMonitor cert-manager',
    (scene) => changed(scene, 'PodMonitor', 'cert-manager', ['metadata', 'name'], 'certificates'),
  ],
  [
    'a kind that Argo CD would refuse',
    'does not allow',
    (scene) => changed(scene, 'PodDisruptionBudget', 'reviews', ['apiVersion'], 'policy.example.org/v1'),
  ],
]

describe.skipIf(!helm || !kubectl)('a mistake in production is told:', () => {
  it.each(mistakes)('%s', (_mistake, told, make) => {
    const broken = make(production)
    expect(policies.flatMap(({ faults }) => faults(broken)).join('\n')).toContain(told)
  })

  it('by each policy, of one mistake at least', { timeout: 60_000 }, () => {
    const broken = mistakes.map(([, , make]) => make(production))
    const silent = policies.filter(({ faults }) => !broken.some((scene) => faults(scene).length > 0))
    expect(silent.map(({ sentence }) => sentence)).toEqual([])
  })
})

describe.skipIf(!helm || !kubectl)('by the Gateway API', () => {
  let scene: Scene
  beforeAll(async () => {
    const other = ['--set', 'ingress.kind=gateway', '--set', 'ingress.canary=false']
    const { release, manifests } = await renderedBy(helm, platformIn('production'), other)
    const services = production.all.filter((placed) => placed.release.chart === 'service')
    scene = { ...production, all: [...services, ...manifests.map((object) => ({ release, object }))] }
  }, 120_000)
  const told = (broken: Scene) => policies.flatMap(({ faults }) => faults(broken)).join('\n')

  it('everything leads to what is there, but for the canary that it does not know', () => {
    expect(told(scene)).toContain('names VirtualService gateway')
    expect(told(scene)).not.toContain('HTTPRoute')
  })

  it('a listener that is not there is told', () => {
    const path = ['spec', 'parentRefs', 0, 'sectionName']
    expect(told(changed(scene, 'HTTPRoute', 'gateway', path, 'tls'))).toContain('the Gateway alta/tls')
  })

  it('a port that is not there is told', () => {
    const path = ['spec', 'rules', 0, 'backendRefs', 0, 'port']
    expect(told(changed(scene, 'HTTPRoute', 'gateway', path, 80))).toContain('leads to gateway:80')
  })

  it('a certificate that nobody makes is told', () => {
    const path = ['spec', 'listeners', 1, 'tls', 'certificateRefs', 0, 'name']
    expect(told(changed(scene, 'Gateway', 'alta', path, 'tls'))).toContain('shows the certificate tls')
  })
})
