import type { Drill } from './drill.ts'
import { brokerDrills } from './drills/broker.ts'
import { databaseDrills } from './drills/database.ts'
import { messageDrills } from './drills/messages.ts'
import { partDrills } from './drills/parts.ts'
import { processDrills } from './drills/processes.ts'

export const drills: readonly Drill[] = [
  ...processDrills,
  ...databaseDrills,
  ...brokerDrills,
  ...partDrills,
  ...messageDrills,
]

const inACluster = 'only a cluster has its series'

/** Alerts that no fault of this machine can cause, each with the reason. */
export const notHere: Readonly<Record<string, string>> = {
  PodRestarts: `${inACluster}: kube-state-metrics`,
  PodCrashLooping: `${inACluster}: kube-state-metrics`,
  JobFailed: `${inACluster}: kube-state-metrics`,
  DiskFilling: `${inACluster}: the kubelet, of volumes`,
  CertificateExpiring: `${inACluster}: cert-manager`,
  DaprCertificateNotRotated: 'sidecars have certificates where Dapr’s sentry is, which is in a cluster',
  DaprIssuerExpiring: `${inACluster}: Dapr’s sentry`,
}
