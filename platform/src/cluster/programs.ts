import { daprRelease } from '../daprd/version.ts'
import type { GoTools } from '../tools/go-tools.ts'

export const kubernetesVersion = '1.36.3'

/** Without their version the API server would tell charts that it is 0.0, and their `kubeVersion` would refuse it. */
const kubernetesVariables = Object.fromEntries(
  ['k8s.io/component-base', 'k8s.io/client-go/pkg'].flatMap((place) => [
    [`${place}/version.gitVersion`, `v${kubernetesVersion}`],
    [`${place}/version.gitMajor`, kubernetesVersion.split('.')[0] ?? ''],
    [`${place}/version.gitMinor`, kubernetesVersion.split('.')[1] ?? ''],
  ]),
)

export const kubernetes = {
  name: 'kubernetes',
  version: kubernetesVersion,
  packages: {
    'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
    'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
    'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
    'kube-proxy': 'k8s.io/kubernetes/cmd/kube-proxy',
    kubelet: 'k8s.io/kubernetes/cmd/kubelet',
  },
  variables: kubernetesVariables,
  minutes: '5 to 9',
} as const satisfies GoTools

export const etcd = {
  name: 'etcd',
  version: '3.6.5',
  packages: { etcd: 'go.etcd.io/etcd/server/v3' },
  minutes: 'about 1',
} as const satisfies GoTools

export const coredns = {
  name: 'coredns',
  version: '1.14.7',
  packages: { coredns: 'github.com/coredns/coredns' },
  minutes: '1 to 2',
} as const satisfies GoTools

/** Of the module that daprd is built from, without its patches: those are for the sidecar. */
export const daprControlPlane = {
  name: 'dapr',
  version: daprRelease,
  packages: {
    operator: 'github.com/dapr/dapr/cmd/operator',
    sentry: 'github.com/dapr/dapr/cmd/sentry',
    injector: 'github.com/dapr/dapr/cmd/injector',
  },
  variables: { 'github.com/dapr/dapr/pkg/buildinfo.version': daprRelease },
  minutes: '1 to 7',
} as const satisfies GoTools

/** The bucket of development. */
export const seaweedfs = {
  name: 'seaweedfs',
  version: '0.0.0-20261109003541-7506e5f91cd6',
  packages: { weed: 'github.com/seaweedfs/seaweedfs/weed' },
  minutes: '3 to 6',
} as const satisfies GoTools

/** Catches the mails of development. */
export const mailpit = {
  name: 'mailpit',
  version: '1.33.1',
  packages: { mailpit: 'github.com/axllent/mailpit' },
  minutes: 'about 1',
} as const satisfies GoTools

/** Tells Prometheus of pods and Jobs. */
export const kubeStateMetrics = {
  name: 'kube-state-metrics',
  version: '2.18.0',
  packages: { 'kube-state-metrics': 'k8s.io/kube-state-metrics/v2' },
  minutes: '1 to 5',
} as const satisfies GoTools

/** Controllers that issue from self-signed issuers, with the metrics of the whole. */
export const certManager = {
  name: 'cert-manager',
  version: '1.21.1',
  packages: { 'cert-manager': 'alta/tools/cert-manager' },
  minutes: '2 to 15',
} as const satisfies GoTools
