import type { Dashboard } from './dashboard.ts'
import { figure, here, lines, quantiles } from './panel.ts'

export const overview: Dashboard = {
  uid: 'alta-overview',
  title: 'Alta: overview',
  description: 'Is it well, and if not, where to look.',
  rows: [
    {
      title: 'What was promised',
      panels: [
        figure(
          'Budget left',
          'percentunit',
          'Of what may fail in three days by each objective; 0 when it is used up.',
          [
            `clamp_min(1 - max by (slo) (alta:slo_errors:ratio_rate3d{${here}}) / on (slo) (1 - max by (slo) (alta:slo_objective:ratio)), 0)`,
            '{{slo}}',
          ],
        ),
        lines('Failures', 'percentunit', 'Share of bad cases of the last hour by objective.', [
          `max by (slo) (alta:slo_errors:ratio_rate1h{${here}})`,
          '{{slo}}',
        ]),
        figure('Alerts', 'short', 'Alerts that are firing. Nothing here is good news.', [
          `count by (alertname) (ALERTS{alertstate="firing", ${here}})`,
          '{{alertname}}',
        ]),
      ],
    },
    {
      title: 'Traffic',
      panels: [
        lines('Requests', 'reqps', 'Requests of people and programs, as the gateway answers them.', [
          `sum by (status) (rate(alta_http_request_seconds_count{job="gateway", ${here}}[$__rate_interval]))`,
          '{{status}}',
        ]),
        lines(
          'Latency',
          's',
          'Time until an answer of the gateway is out; its points lead to traces.',
          ...quantiles('alta_http_request_seconds', `job="gateway", ${here}`, ''),
        ),
        lines('Events', 'short', 'Events that had their effect, a second, by service.', [
          `sum by (job) (rate(alta_inbox_handled_total{outcome="success", ${here}}[$__rate_interval]))`,
          '{{job}}',
        ]),
      ],
    },
    {
      title: 'Work',
      panels: [
        lines('Documents and recordings', 'short', 'On their way, and before a person.', [
          `sum by (kind, status) (max by (namespace, kind, status) (alta_items_stored{status=~"uploaded|processing|in_review", ${here}}))`,
          '{{kind}} {{status}}',
        ]),
        lines(
          'Upload to text',
          's',
          'Time until a text is approved or lies before a reviewer.',
          ...quantiles('alta_item_ready_seconds', `outcome!="failed", ${here}`, 'kind', [0.5, 0.95]),
        ),
        lines(
          'What waits',
          's',
          'Age of the oldest: in an outbox, in a queue, parked in an inbox.',
          [`max(alta_outbox_age_seconds{${here}})`, 'outbox'],
          [`max(alta_queue_oldest_seconds{${here}})`, 'queue'],
          [`max(alta_inbox_oldest_seconds{${here}})`, 'parked'],
        ),
      ],
    },
    {
      title: 'Parts',
      panels: [
        figure('Services', 'short', 'Replicas that give metrics.', [
          `sum by (job) (up{job=~"gateway|identity|documents|ocr|transcription|reviews|notifications|events|tasks|analytics", ${here}})`,
          '{{job}}',
        ]),
        lines('What services need', 'short', 'Lowest over all services: 1 it answers, 0 it does not.', [
          `min by (component) (alta_component_up{${here}})`,
          '{{component}}',
        ]),
        lines('Open dead letters', 'short', 'By the service that could not handle them.', [
          `max by (app_id) (alta_dead_letters_open{${here}})`,
          '{{app_id}}',
        ]),
      ],
    },
  ],
}
