import type { Checkout } from '../checkout.ts'
import type { Say } from '../console/steps.ts'
import { ensureGoTools, type GoTools } from './go-tools.ts'

// What makes the rollouts, the ingress and skaffold's file read them before a cluster does.

export const rollouts = {
  name: 'argo-rollouts',
  version: '1.9.1',
  packages: { 'kubectl-argo-rollouts': 'github.com/argoproj/argo-rollouts/cmd/kubectl-argo-rollouts' },
  minutes: '2 to 4',
} as const satisfies GoTools

/** The state of that day: no module of a release can be had. It lints, and proves nothing about a running Istio. */
export const istioctl = {
  name: 'istioctl',
  version: '20260827',
  packages: { istioctl: 'istio.io/istio/istioctl/cmd/istioctl' },
  minutes: '3 to 5',
} as const satisfies GoTools

export const skaffold = {
  name: 'skaffold',
  version: '2.24.0',
  packages: { skaffold: 'github.com/GoogleContainerTools/skaffold/v2/cmd/skaffold' },
  minutes: '3 to 5',
} as const satisfies GoTools

const linters: readonly GoTools[] = [rollouts, istioctl, skaffold]

/** Builds what `make check` holds the manifests against where it finds it, and passes over where it does not. */
export async function ensureLinters(checkout: Checkout, say: Say): Promise<void> {
  for (const tools of linters) await ensureGoTools(checkout, tools, say)
}
