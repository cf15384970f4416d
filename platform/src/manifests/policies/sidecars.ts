import { isWorkload, podOf } from '../objects.ts'
import { fault, type Policy } from './scene.ts'

/** Every annotation of Dapr that we use; the injector passes over those that it does not know. */
const known = [
  'enabled',
  'app-id',
  'app-port',
  'app-protocol',
  'config',
  'api-token-secret',
  'app-token-secret',
  'read-buffer-size',
  'max-body-size',
  'log-as-json',
  'log-level',
  'enable-metrics',
  'metrics-port',
  'enable-native-sidecar',
  'graceful-shutdown-seconds',
  'block-shutdown-duration',
  'sidecar-image',
  'sidecar-seccomp-profile-type',
  'sidecar-cpu-request',
  'sidecar-memory-request',
  'sidecar-memory-limit',
  'env',
].map((word) => `dapr.io/${word}`)
const optional = ['dapr.io/app-port', 'dapr.io/app-protocol']
/** A chart can be tried with any sidecar; an environment runs the one that loses nothing. */
const ofEnvironments = 'dapr.io/sidecar-image'

export const sidecars: Policy = {
  sentence: 'every service has a sidecar with everything that is set, and what runs beside it has none',
  faults: ({ all, environment }) =>
    all
      .filter(({ release }) => release.chart === 'service')
      .flatMap((placed) => {
        const pod = podOf(placed.object)
        if (!pod) return []
        const set = Object.keys(pod.metadata.annotations).filter((name) => name.startsWith('dapr.io/'))
        if (!isWorkload(placed.object))
          return annotated(placed.object.kind, pod.metadata.annotations)
            ? [fault(placed, 'has a sidecar that nobody ends')]
            : []
        return [
          ...(pod.metadata.labels['app.kubernetes.io/part-of'] === 'alta'
            ? []
            : [
                fault(
                  placed,
                  'has no label part-of alta, so the injector is not asked (k8s/dapr/values.yaml)',
                ),
              ]),
          ...set
            .filter((name) => !known.includes(name))
            .map((name) => fault(placed, `has ${name}, which is not known here`)),
          ...known
            .filter((name) => !set.includes(name) && !optional.includes(name))
            .filter((name) => name !== ofEnvironments || environments.includes(environment))
            .map((name) => fault(placed, `has no ${name}`)),
        ]
      }),
}

const environments = ['dev', 'staging', 'production']

const annotated = (kind: string, annotations: Readonly<Record<string, string>>): boolean =>
  ['Job', 'Pod', 'CronJob'].includes(kind) && annotations['dapr.io/enabled'] !== 'false'
