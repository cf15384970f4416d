import type { Expected } from '../drill.ts'

/**
 * Faults that only a node of Kubernetes can have: `make check-cluster ONLY=6-alerts` causes them, on the node that
 * `make cluster-up` makes.
 */
export const nodeDrills = {
  badRelease: {
    what: 'a release of `notifications` stops at its start: its configuration is wrong',
    expects: [
      { alert: 'PodRestarts', speed: 6 },
      { alert: 'PodCrashLooping', speed: 6 },
    ],
  },
  failedJob: {
    what: 'a Job fails as often as it may',
    expects: [{ alert: 'JobFailed' }],
  },
  fullVolume: {
    what: 'a volume is filled to the twentieth part',
    expects: [{ alert: 'DiskFilling', speed: 12 }],
  },
  shortCertificate: {
    what: 'a certificate is issued for an hour',
    expects: [{ alert: 'CertificateExpiring', speed: 60 }],
  },
  noSentry: {
    what: 'Dapr’s sentry is gone',
    expects: [{ alert: 'DaprControlPlaneDown', speed: 12, labels: { deployment: 'dapr-sentry' } }],
  },
  oldIssuer: {
    what: 'the certificate that Dapr’s sentry issues by has fourteen days left',
    expects: [{ alert: 'DaprIssuerExpiring', speed: 60 }],
  },
} as const satisfies Record<string, { what: string; expects: readonly Expected[] }>
