import type { Dashboard } from './dashboard.ts'
import { here, lines } from './panel.ts'

export const database: Dashboard = {
  uid: 'alta-database',
  title: 'Alta: database',
  description: 'PostgreSQL as services see it, and as its operator does.',
  rows: [
    {
      title: 'As services see it',
      panels: [
        lines('Connections', 'short', 'Of the pools, by what they do.', [
          `sum by (job, state) (alta_database_connections{${here}})`,
          '{{job}} {{state}}',
        ]),
        lines('Use of the pool', 'percentunit', 'At 1 the next statement waits.', [
          `max by (job) (sum by (job, instance) (alta_database_connections{state="busy", ${here}}) / sum by (job, instance) (alta_database_connections_limit{${here}}))`,
          '{{job}}',
        ]),
        lines('Waiting', 'short', 'Whoever waits for a connection.', [
          `sum by (job) (alta_database_waiting_requests{${here}})`,
          '{{job}}',
        ]),
        lines('Health check', 's', 'What the last look took.', [
          `max by (job) (alta_component_latency_seconds{component="postgres", ${here}})`,
          '{{job}}',
        ]),
      ],
    },
    {
      title: 'State store',
      panels: [
        lines('Operations', 'short', 'On Redis through the sidecar, a second.', [
          `sum by (app_id, operation, success) (rate(dapr_component_state_count{${here}}[$__rate_interval]))`,
          '{{app_id}} {{operation}} {{success}}',
        ]),
        lines('Duration', 'ms', 'The 95th percentile.', [
          `histogram_quantile(0.95, sum by (le, operation) (rate(dapr_component_state_latencies_bucket{${here}}[$__rate_interval])))`,
          '{{operation}}',
        ]),
      ],
    },
    {
      title: 'As its operator sees it',
      panels: [
        lines('Backends', 'short', 'Connections of the server, by state.', [
          `sum by (pod, state) (cnpg_backends_total{${here}})`,
          '{{pod}} {{state}}',
        ]),
        lines('Replication lag', 's', 'How far a replica is behind.', [
          `max by (pod) (cnpg_pg_replication_lag{${here}})`,
          '{{pod}}',
        ]),
        lines('Size', 'bytes', 'Of each database.', [
          `max by (datname) (cnpg_pg_database_size_bytes{${here}})`,
          '{{datname}}',
        ]),
        lines('Room on its disk', 'percentunit', 'What is left.', [
          `min by (persistentvolumeclaim) (kubelet_volume_stats_available_bytes{${here}} / kubelet_volume_stats_capacity_bytes{${here}})`,
          '{{persistentvolumeclaim}}',
        ]),
      ],
    },
  ],
}
