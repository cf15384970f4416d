import { setIn } from '../policies/changed.fixture.ts'
import type { Document } from './documents.ts'

type Path = readonly (string | number)[]

/** A document with one field set to something else, or made up. */
export function changed(document: Document, path: Path, value: unknown): Document {
  const object = structuredClone(document.object)
  setIn(object, path, value)
  return { ...document, object, text: JSON.stringify(object) }
}

/** A field that no kind has. */
export const nothingsField = 'mistyped'

/** One document of each kind, with that field where the kind has its content. */
export function oneMistypedOfEachKind(documents: readonly Document[]): Document[] {
  const ofEachKind = Map.groupBy(documents, ({ object }) => `${object.apiVersion} ${object.kind}`)
  return [...ofEachKind.values()].flatMap(([one]) => (one ? changed(one, contentOf(one), 'x') : []))
}

function contentOf({ object }: Document): Path {
  if (typeof object.spec === 'object') return ['spec', nothingsField]
  if (Array.isArray(object.rules)) return ['rules', 0, nothingsField]
  if (Array.isArray(object.subjects)) return ['subjects', 0, nothingsField]
  // ConfigMaps and Secrets take any key in their data.
  return [nothingsField]
}

export interface Mistake {
  readonly what: string
  /** The document that it is made in: the first of this kind whose title says so. */
  readonly kind: string
  readonly title: string
  readonly path: Path
  readonly value: unknown
  /** In the refusal. */
  readonly said: RegExp
}

const container: Path = ['spec', 'template', 'spec', 'containers', 0]

/** What Helm, kustomize and, marked so, the operators' schemas let through. */
export const mistakes: readonly Mistake[] = [
  {
    what: 'a mistyped weight',
    kind: 'VirtualService',
    title: 'production/platform',
    path: ['spec', 'http', 0, 'route', 0, 'weigth'],
    value: 5,
    said: /weigth/,
  },
  {
    what: 'a Component for nobody in particular',
    kind: 'Component',
    title: 'production/platform',
    path: ['scope'],
    value: ['ocr'],
    said: /\.scope/,
  },
  {
    what: 'a mistyped revision',
    kind: 'Application',
    title: 'argocd/platform',
    path: ['spec', 'source', 'targetRevison'],
    value: 'main',
    said: /targetRevison/,
  },
  {
    what: 'mistyped steps of a canary',
    kind: 'Rollout',
    title: 'production/ocr',
    path: ['spec', 'strategy', 'canary', 'stepz'],
    value: [],
    said: /stepz/,
  },
  {
    what: 'a broker with a mistyped number of nodes',
    kind: 'RabbitmqCluster',
    title: 'k8s/rabbitmq',
    path: ['spec', 'replica'],
    value: 3,
    said: /replica/,
  },
  {
    what: 'a number where KEDA wants a text',
    kind: 'ScaledObject',
    title: 'production/ocr',
    path: ['spec', 'triggers', 0, 'metadata', 'value'],
    value: 20,
    said: /metadata\.value/,
  },
  {
    what: 'a duration that is none',
    kind: 'PrometheusRule',
    title: 'production/platform',
    path: ['spec', 'groups', 0, 'rules', 0, 'for'],
    value: '5mm',
    said: /rules\[0\]\.for/,
  },
  {
    what: 'a database without an instance',
    kind: 'Cluster',
    title: 'k8s/postgres',
    path: ['spec', 'instances'],
    value: 0,
    said: /spec\.instances/,
  },
  {
    what: 'a path without a slash, which no schema sees',
    kind: 'HTTPRoute',
    title: 'ci/platform-gateway',
    path: ['spec', 'rules', 0, 'matches', 0, 'path'],
    value: { type: 'PathPrefix', value: 'api' },
    said: /absolute path/,
  },
  {
    what: 'a setting that is there twice',
    kind: 'Deployment',
    title: 'ci/deployment',
    path: [...container, 'env'],
    value: [
      { name: 'PORT', value: '1' },
      { name: 'PORT', value: '2' },
    ],
    said: /duplicate entries.*PORT/,
  },
  {
    what: 'fewer pods at most than at least',
    kind: 'HorizontalPodAutoscaler',
    title: 'ci/cpu-autoscaling',
    path: ['spec', 'maxReplicas'],
    value: 1,
    said: /maxReplicas/,
  },
  {
    what: 'a selector unlike the labels',
    kind: 'Deployment',
    title: 'ci/deployment',
    path: ['spec', 'selector', 'matchLabels', 'app.kubernetes.io/name'],
    value: 'another',
    said: /selector/,
  },
  {
    what: 'a container that may become root, which is only warned of',
    kind: 'Deployment',
    title: 'ci/deployment',
    path: [...container, 'securityContext', 'allowPrivilegeEscalation'],
    value: true,
    said: /Warning: would violate PodSecurity "restricted/,
  },
  {
    what: 'the same in a Rollout, of which nothing is said',
    kind: 'Deployment',
    title: 'production/ocr, Rollout as a Deployment',
    path: [...container, 'securityContext', 'allowPrivilegeEscalation'],
    value: true,
    said: /Warning: would violate PodSecurity "restricted/,
  },
]
