import type { Dashboard } from './dashboard.ts'
import { chosen, lines, quantiles } from './panel.ts'

export const service: Dashboard = {
  uid: 'alta-service',
  title: 'Alta: a service',
  description: 'One service: what it is asked, what it does, what it uses.',
  perService: true,
  rows: [
    {
      title: 'Requests',
      panels: [
        lines('Rate', 'reqps', 'By route, as it is declared.', [
          `sum by (job, method, route) (rate(alta_http_request_seconds_count{${chosen}}[$__rate_interval]))`,
          '{{job}} {{method}} {{route}}',
        ]),
        lines('Failures', 'percentunit', 'Share of answers that are our failure.', [
          `(sum by (job) (rate(alta_http_request_seconds_count{status=~"5..", ${chosen}}[$__rate_interval])) or 0 * sum by (job) (rate(alta_http_request_seconds_count{${chosen}}[$__rate_interval]))) / sum by (job) (rate(alta_http_request_seconds_count{${chosen}}[$__rate_interval]))`,
          '{{job}}',
        ]),
        lines(
          'Duration',
          's',
          'Its points lead to traces.',
          ...quantiles('alta_http_request_seconds', chosen, 'job', [0.5, 0.95]),
        ),
        lines('In flight', 'short', 'Requests whose answer is not out yet.', [
          `sum by (job) (alta_http_requests_in_flight{${chosen}})`,
          '{{job}}',
        ]),
      ],
    },
    {
      title: 'Events',
      panels: [
        lines('Handled', 'short', 'A second, by what became of them.', [
          `sum by (job, outcome) (rate(alta_inbox_handled_total{${chosen}}[$__rate_interval]))`,
          '{{job}} {{outcome}}',
        ]),
        lines(
          'Handler',
          's',
          'Time from delivery to the end of the handler, by topic.',
          ...quantiles('alta_inbox_handler_seconds', chosen, 'job, topic', [0.95]),
        ),
        lines('In flight', 'short', 'Messages being handled.', [
          `sum by (job, topic) (alta_inbox_in_flight{${chosen}})`,
          '{{job}} {{topic}}',
        ]),
        lines('Oldest in flight', 's', 'How long the oldest message has been handled so far.', [
          `max by (job, topic) (alta_inbox_in_flight_seconds{${chosen}})`,
          '{{job}} {{topic}}',
        ]),
      ],
    },
    {
      title: 'Process',
      panels: [
        lines('Processor', 'short', 'Cores in use.', [
          `sum by (job) (rate(process_cpu_seconds_total{${chosen}}[$__rate_interval]))`,
          '{{job}}',
        ]),
        lines(
          'Memory',
          'bytes',
          'Resident, and of it the heap.',
          [`sum by (job) (process_resident_memory_bytes{${chosen}})`, '{{job}} resident'],
          [`sum by (job) (nodejs_heap_size_used_bytes{${chosen}})`, '{{job}} heap'],
        ),
        lines('Event loop', 's', 'Lateness of one turn in a hundred: half a second is felt everywhere.', [
          `max by (job) (nodejs_eventloop_lag_p99_seconds{${chosen}})`,
          '{{job}}',
        ]),
        lines(
          'Event loop busy',
          'percentunit',
          'Share of time that it was not idle; near 1 the process can do no more.',
          [`max by (job) (alta_event_loop_busy_ratio{${chosen}})`, '{{job}}'],
        ),
      ],
    },
    {
      title: 'What it needs',
      panels: [
        lines('Parts', 'short', '1 it answers, 0 it does not.', [
          `min by (job, component) (alta_component_up{${chosen}})`,
          '{{job}} {{component}}',
        ]),
        lines('Time of a health check', 's', 'What the last look took.', [
          `max by (job, component) (alta_component_latency_seconds{${chosen}})`,
          '{{job}} {{component}}',
        ]),
        lines('Database connections', 'short', 'Of the pool.', [
          `sum by (job, state) (alta_database_connections{${chosen}})`,
          '{{job}} {{state}}',
        ]),
        lines('Starts', 'short', 'How often a replica was started within an hour.', [
          `sum by (job) (changes(process_start_time_seconds{${chosen}}[1h]))`,
          '{{job}}',
        ]),
      ],
    },
  ],
}
