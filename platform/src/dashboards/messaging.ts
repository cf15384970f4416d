import type { Dashboard } from './dashboard.ts'
import { here, lines, quantiles } from './panel.ts'

export const messaging: Dashboard = {
  uid: 'alta-messaging',
  title: 'Alta: messaging',
  description: 'The way of an event: outbox, broker, queue, sidecar, inbox, dead letter.',
  rows: [
    {
      title: 'Outbox',
      panels: [
        lines('Published', 'short', 'Events a second that the broker has confirmed.', [
          `sum by (job) (rate(alta_outbox_published_total{${here}}[$__rate_interval]))`,
          '{{job}}',
        ]),
        lines('Waiting', 'short', 'Not published yet.', [
          `max by (job) (alta_outbox_waiting{${here}})`,
          '{{job}}',
        ]),
        lines('Age', 's', 'Of the oldest that waits.', [
          `max by (job) (alta_outbox_age_seconds{${here}})`,
          '{{job}}',
        ]),
        lines(
          'Refused',
          'short',
          'Those that stay refused, and how many were refused a second.',
          [`max by (job) (alta_outbox_failed{${here}})`, '{{job}} stay'],
          [`sum by (job) (rate(alta_outbox_refused_total{${here}}[$__rate_interval]))`, '{{job}} a second'],
        ),
      ],
    },
    {
      title: 'Queues',
      panels: [
        lines('Ready', 'short', 'Messages that wait.', [
          `max by (queue) (alta_queue_ready{${here}}) > 0 or topk(5, max by (queue) (alta_queue_ready{${here}}))`,
          '{{queue}}',
        ]),
        lines('Held', 'short', 'Messages that a consumer holds.', [
          `topk(10, max by (queue) (alta_queue_unacknowledged{${here}}))`,
          '{{queue}}',
        ]),
        lines('Oldest', 's', 'Age of the oldest message.', [
          `topk(10, max by (queue) (alta_queue_oldest_seconds{${here}}))`,
          '{{queue}}',
        ]),
        lines(
          'Consumers and replicas',
          'short',
          'Most consumers of a queue of the service, and its replicas: they should be equal.',
          [`max by (app_id) (alta_queue_consumers{${here}})`, '{{app_id}} consumers'],
          [`max by (app_id) (alta_service_replicas{${here}})`, '{{app_id}} replicas'],
        ),
      ],
    },
    {
      title: 'Sidecars',
      panels: [
        lines('Delivered', 'short', 'Messages a second by what the app has said; drop is bad.', [
          `sum by (app_id, process_status) (rate(dapr_component_pubsub_ingress_count{${here}}[$__rate_interval]))`,
          '{{app_id}} {{process_status}}',
        ]),
        lines(
          'Delivery',
          'ms',
          'Time that the app took, as its sidecar saw it.',
          ...quantiles('dapr_component_pubsub_ingress_latencies', here, 'app_id', [0.95]),
        ),
        lines('Retries and timeouts', 'short', 'What resiliency policies have done, a second.', [
          `sum by (app_id, policy) (rate(dapr_resiliency_count{${here}}[$__rate_interval]))`,
          '{{app_id}} {{policy}}',
        ]),
      ],
    },
    {
      title: 'Inbox',
      panels: [
        lines(
          'Late',
          's',
          'Time from an event to its effect, by topic.',
          ...quantiles('alta_inbox_lag_seconds', here, 'topic', [0.95]),
        ),
        lines('Outcomes', 'short', 'Messages a second by what became of them.', [
          `sum by (outcome) (rate(alta_inbox_handled_total{${here}}[$__rate_interval]))`,
          '{{outcome}}',
        ]),
        lines(
          'Parked and leased',
          'short',
          'Waiting for another attempt, and at work.',
          [`max by (job) (alta_inbox_parked{${here}})`, '{{job}} parked'],
          [`max by (job) (alta_inbox_working{${here}})`, '{{job}} leased'],
        ),
        lines('Given up', 'short', 'Messages in the inbox that are dead letters.', [
          `max by (job) (alta_inbox_failed{${here}})`,
          '{{job}}',
        ]),
      ],
    },
    {
      title: 'What went wrong',
      panels: [
        lines('Open dead letters', 'short', 'By the service that could not handle them.', [
          `max by (app_id) (alta_dead_letters_open{${here}})`,
          '{{app_id}}',
        ]),
        lines('Filed within an hour', 'short', 'Dead letters, decided on or not.', [
          `max(alta_dead_letters_filed{${here}})`,
          'filed',
        ]),
        lines('Stuck handlers', 's', 'For how long a handler has finished nothing.', [
          `max by (app_id, topic) (alta_stuck_handler_seconds{${here}})`,
          '{{app_id}} {{topic}}',
        ]),
        lines(
          'Topology',
          'short',
          'Parts of the broker that were new or lost, and events that were published again for that.',
          [`sum by (job) (increase(alta_topology_lost_total{${here}}[1h]))`, '{{job}} parts'],
          [`sum by (job) (increase(alta_outbox_republished_total{${here}}[1h]))`, '{{job}} events'],
        ),
      ],
    },
    {
      title: 'Broker',
      panels: [
        lines(
          'Messages',
          'short',
          'In all queues, as the broker counts them.',
          ['sum(rabbitmq_queue_messages_ready)', 'ready'],
          ['sum(rabbitmq_queue_messages_unacked)', 'held'],
        ),
        lines(
          'Memory',
          'bytes',
          'Of the broker; at its limit it takes nothing any more.',
          ['sum by (instance) (rabbitmq_process_resident_memory_bytes)', '{{instance}}'],
          ['min(rabbitmq_resident_memory_limit_bytes)', 'limit'],
        ),
        lines(
          'Disk left',
          'bytes',
          'At its limit the broker takes nothing any more.',
          ['min by (instance) (rabbitmq_disk_space_available_bytes)', '{{instance}}'],
          ['max(rabbitmq_disk_space_available_limit_bytes)', 'limit'],
        ),
      ],
    },
  ],
}
