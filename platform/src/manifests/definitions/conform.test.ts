import { expect, it } from 'vitest'
import { ensureGo } from '../../tools/kubeconform.ts'
import { cache, toolFor } from '../../tools/tools.fixture.ts'
import { manifestsOf } from '../objects.ts'
import { unlikeTheirDefinitions } from './conform.ts'

const go = await toolFor('kinds of operators', ensureGo)
/** One object of each operator, each with one mistake that Helm passes on. */
const mistakes = [
  ['Rollout', 'stepz', 'apiVersion: argoproj.io/v1alpha1', 'spec: { strategy: { canary: { stepz: [] } } }'],
  [
    'ScaledObject',
    'triggers',
    'apiVersion: keda.sh/v1alpha1',
    'spec: { scaleTargetRef: { name: ocr }, triggers: 3 }',
  ],
  [
    'ServiceMonitor',
    'portt',
    'apiVersion: monitoring.coreos.com/v1',
    'spec: { selector: {}, endpoints: [{ portt: http }] }',
  ],
  [
    'Component',
    'verson',
    'apiVersion: dapr.io/v1alpha1',
    'spec: { type: state.redis, version: v1, metadata: [], verson: v1 }',
  ],
  [
    'VirtualService',
    'weigth',
    'apiVersion: networking.istio.io/v1',
    'spec: { http: [{ route: [{ destination: { host: ocr }, weigth: 5 }] }] }',
  ],
  [
    'HTTPRoute',
    'hostname',
    'apiVersion: gateway.networking.k8s.io/v1',
    'spec: { hostname: [a.example.org] }',
  ],
  [
    'Certificate',
    'dnsName',
    'apiVersion: cert-manager.io/v1',
    'spec: { secretName: tls, dnsName: [a.example.org], issuerRef: { name: ours } }',
  ],
  [
    'ExternalSecret',
    'refreshIntervall',
    'apiVersion: external-secrets.io/v1',
    'spec: { refreshIntervall: 1h }',
  ],
  [
    'Policy',
    'patern',
    'apiVersion: rabbitmq.com/v1beta1',
    'spec: { name: a, patern: x, pattern: x, definition: {}, rabbitmqClusterReference: { name: rabbitmq } }',
  ],
] as const

it.skipIf(!go)('a mistyped field of each operator’s kinds is told', { timeout: 600_000 }, async () => {
  const text = mistakes
    .map(([kind, , version, spec]) => `${version}\nkind: ${kind}\nmetadata: { name: made-up }\n${spec}`)
    .join('\n---\n')
  const faults = await unlikeTheirDefinitions(cache, manifestsOf(text))
  for (const [kind, word] of mistakes)
    expect(faults.filter((fault) => fault.includes(kind)).join()).toContain(word)
})

it.skipIf(!go)('a kind that no operator defines is told', { timeout: 600_000 }, async () => {
  const text = 'apiVersion: keda.sh/v1alpha1\nkind: ScaledObjekt\nmetadata: { name: made-up }\n'
  expect(await unlikeTheirDefinitions(cache, manifestsOf(text))).toEqual([
    'nobody defines keda.sh/v1alpha1 ScaledObjekt: see definitions/modules.ts',
  ])
})
