import type { Dashboard } from './dashboard.ts'
import { here, lines } from './panel.ts'

const services = `job=~"gateway|identity|documents|ocr|transcription|reviews|notifications|events|tasks|analytics", ${here}`
const sidecars = `job=~"(.*/)?daprd", ${here}`

export const resources: Dashboard = {
  uid: 'alta-resources',
  title: 'Alta: resources and cost',
  description: 'What it uses, and what a unit of work costs.',
  rows: [
    {
      title: 'Use',
      panels: [
        lines(
          'Processor',
          'short',
          'Cores in use by services, and by all sidecars together.',
          [`sum by (job) (rate(process_cpu_seconds_total{${services}}[$__rate_interval]))`, '{{job}}'],
          [`sum(rate(process_cpu_seconds_total{${sidecars}}[$__rate_interval]))`, 'all sidecars'],
        ),
        lines(
          'Memory',
          'bytes',
          'Resident memory of services, and of all sidecars together.',
          [`sum by (job) (process_resident_memory_bytes{${services}})`, '{{job}}'],
          [`sum(process_resident_memory_bytes{${sidecars}})`, 'all sidecars'],
        ),
        lines('Heap', 'percentunit', 'Used of what Node has taken.', [
          `max by (job) (nodejs_heap_size_used_bytes{${services}} / nodejs_heap_size_total_bytes{${services}})`,
          '{{job}}',
        ]),
        lines('Garbage collection', 'percentunit', 'Share of time spent on it.', [
          `sum by (job) (rate(nodejs_gc_duration_seconds_sum{${services}}[$__rate_interval]))`,
          '{{job}}',
        ]),
      ],
    },
    {
      title: 'Cost of a unit of work',
      panels: [
        lines(
          'A request',
          's',
          'Processor time of all services and sidecars for one request of the gateway.',
          [
            `(sum(rate(process_cpu_seconds_total{${services}}[15m])) + sum(rate(process_cpu_seconds_total{${sidecars}}[15m]))) / sum(rate(alta_http_request_seconds_count{job="gateway", ${here}}[15m]))`,
            'processor time',
          ],
        ),
        lines('A page', 's', 'Processor time of `ocr` for a page that the engine has read.', [
          `sum(rate(process_cpu_seconds_total{job="ocr", ${here}}[15m])) / sum(rate(alta_ocr_pages_total{by="engine", ${here}}[15m]))`,
          'processor time',
        ]),
        lines('An event', 's', 'Processor time of `events`, which takes every event, for one of them.', [
          `sum(rate(process_cpu_seconds_total{job="events", ${here}}[15m])) / sum(rate(alta_inbox_handled_total{job="events", outcome="success", ${here}}[15m]))`,
          'processor time',
        ]),
        lines('Load and replicas', 'short', 'Replicas of each service.', [
          `count by (job) (up{${services}} == 1)`,
          '{{job}}',
        ]),
      ],
    },
    {
      title: 'In the cluster',
      panels: [
        lines('Memory of its limit', 'percentunit', 'Near 1 the container is about to be killed.', [
          `max by (pod, container) (container_memory_working_set_bytes{container!="", ${here}} / on (namespace, pod, container) kube_pod_container_resource_limits{resource="memory", ${here}})`,
          '{{pod}} {{container}}',
        ]),
        lines('Processor of its request', 'short', 'Above 1 it uses more than was set aside for it.', [
          `sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{container!="", ${here}}[$__rate_interval])) / on (namespace, pod, container) kube_pod_container_resource_requests{resource="cpu", ${here}}`,
          '{{pod}} {{container}}',
        ]),
        lines('Restarts', 'short', 'Within an hour.', [
          `sum by (pod, container) (increase(kube_pod_container_status_restarts_total{${here}}[1h]))`,
          '{{pod}} {{container}}',
        ]),
        lines('Certificates', 's', 'Until they end.', [
          `min by (name) (certmanager_certificate_expiration_timestamp_seconds{${here}}) - time()`,
          '{{name}}',
        ]),
      ],
    },
  ],
}
