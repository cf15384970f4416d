import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { trackedFiles } from '../check/tracked.ts'

/** Where metrics come from that are not ours, and which of them we rely on. */
export const foreignMetrics: Readonly<Record<string, readonly string[]>> = {
  Prometheus: ['up', 'ALERTS'],
  'prom-client, of the Node process': [
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_gc_duration_seconds_sum',
    'nodejs_heap_size_total_bytes',
    'nodejs_heap_size_used_bytes',
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_start_time_seconds',
  ],
  daprd: [
    'dapr_component_pubsub_ingress_count',
    'dapr_component_pubsub_ingress_latencies_bucket',
    'dapr_component_state_count',
    'dapr_component_state_latencies_bucket',
    'dapr_resiliency_count',
    'dapr_runtime_acl_app_policy_action_blocked_total',
    'dapr_runtime_acl_global_policy_action_blocked_total',
    'dapr_runtime_service_invocation_req_sent_total',
  ],
  'Dapr’s sentry': ['dapr_sentry_issuercert_expiry_timestamp'],
  'RabbitMQ, with its plugin rabbitmq_prometheus': [
    'rabbitmq_disk_space_available_bytes',
    'rabbitmq_disk_space_available_limit_bytes',
    'rabbitmq_process_resident_memory_bytes',
    'rabbitmq_queue_messages_ready',
    'rabbitmq_queue_messages_unacked',
    'rabbitmq_resident_memory_limit_bytes',
  ],
  CloudNativePG: ['cnpg_backends_total', 'cnpg_pg_database_size_bytes', 'cnpg_pg_replication_lag'],
  'the kubelet': [
    'container_cpu_usage_seconds_total',
    'container_memory_working_set_bytes',
    'kubelet_volume_stats_available_bytes',
    'kubelet_volume_stats_capacity_bytes',
  ],
  'kube-state-metrics': [
    'kube_deployment_status_replicas_available',
    'kube_job_failed',
    'kube_pod_container_resource_limits',
    'kube_pod_container_resource_requests',
    'kube_pod_container_status_restarts_total',
    'kube_pod_container_status_waiting_reason',
  ],
  'cert-manager': ['certmanager_certificate_expiration_timestamp_seconds'],
}

/** Names of our own metrics as they stand in the source, histograms with what they are scraped as. */
export async function ownMetrics(root: string): Promise<Set<string>> {
  const names = new Set<string>()
  for (const file of await trackedFiles(root, ['.ts'])) {
    if (!file.startsWith('services/') || /\.(test|fixture)\.ts$/.test(file)) continue
    const text = await readFile(join(root, file), 'utf8')
    for (const [, name = ''] of text.matchAll(/'(alta_[a-z_]+)'/g)) names.add(name)
    for (const [, name = ''] of text.matchAll(/new Histogram\(\{\s*name: '(alta_[a-z_]+)'/g))
      for (const suffix of ['bucket', 'sum', 'count']) names.add(`${name}_${suffix}`)
  }
  return names
}
