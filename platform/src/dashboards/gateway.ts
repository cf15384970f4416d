import type { Dashboard } from './dashboard.ts'
import { here, lines, quantiles } from './panel.ts'

const edge = `job="gateway", ${here}`

export const gateway: Dashboard = {
  uid: 'alta-gateway',
  title: 'Alta: gateway',
  description: 'The one way in: what is asked, how it is answered, and by whom.',
  rows: [
    {
      title: 'Answers',
      panels: [
        lines('By status', 'reqps', '5xx is our failure, 429 a limit, 499 a caller who has gone.', [
          `sum by (status) (rate(alta_http_request_seconds_count{${edge}}[$__rate_interval]))`,
          '{{status}}',
        ]),
        lines('By route', 'reqps', 'The ten that are asked most.', [
          `topk(10, sum by (method, route) (rate(alta_http_request_seconds_count{${edge}}[$__rate_interval])))`,
          '{{method}} {{route}}',
        ]),
        lines('No such route', 'reqps', 'Somebody tries addresses.', [
          `sum by (status) (rate(alta_http_request_seconds_count{route="unmatched", ${edge}}[$__rate_interval]))`,
          '{{status}}',
        ]),
      ],
    },
    {
      title: 'Time',
      panels: [
        lines(
          'Duration',
          's',
          'Over all routes; its points lead to traces.',
          ...quantiles('alta_http_request_seconds', edge, ''),
        ),
        lines('Slowest routes', 's', 'The five with the highest 95th percentile.', [
          `topk(5, histogram_quantile(0.95, sum by (le, method, route) (rate(alta_http_request_seconds_bucket{${edge}}[$__rate_interval]))))`,
          '{{method}} {{route}}',
        ]),
        lines('In flight', 'short', 'Requests whose answer is not out yet.', [
          `sum by (instance) (alta_http_requests_in_flight{${edge}})`,
          '{{instance}}',
        ]),
      ],
    },
    {
      title: 'Limits',
      panels: [
        lines('Refused', 'reqps', 'Answered 429, by the policy that had too little left.', [
          `sum by (policy) (rate(alta_limit_decisions_total{outcome="denied", ${here}}[$__rate_interval]))`,
          '{{policy}}',
        ]),
        lines('In shadow', 'reqps', 'What policies that only watch would have refused.', [
          `sum by (policy) (rate(alta_limit_decisions_total{outcome="would_have_denied", ${here}}[$__rate_interval]))`,
          '{{policy}}',
        ]),
        lines(
          'Decided by',
          'reqps',
          'By Redis for all gateways, from memory, or by one alone while Redis is away.',
          [`sum by (from) (rate(alta_limit_decisions_total{${here}}[$__rate_interval]))`, '{{from}}'],
        ),
      ],
    },
    {
      title: 'Circuits',
      panels: [
        lines('Open', 'short', 'Services that are not asked, because they have failed too often.', [
          `max by (upstream) (alta_circuit_open{${here}})`,
          '{{upstream}}',
        ]),
        lines('Refused', 'reqps', 'Answered 503 at once, by the service that was not asked.', [
          `sum by (upstream) (rate(alta_circuit_refused_total{${here}}[$__rate_interval]))`,
          '{{upstream}}',
        ]),
        lines('Changes', 'short', 'Each is counted by the gateway that made it.', [
          `sum by (upstream, to) (increase(alta_circuit_changes_total{${here}}[$__rate_interval]))`,
          '{{upstream}} {{to}}',
        ]),
      ],
    },
    {
      title: 'Kept answers',
      panels: [
        lines(
          'From memory',
          'reqps',
          'Of routes whose answer is everybody’s; a miss is asked of the service.',
          [`sum by (outcome) (rate(alta_answer_cache_total{${here}}[$__rate_interval]))`, '{{outcome}}'],
        ),
      ],
    },
    {
      title: 'Live updates',
      panels: [
        lines('Connections', 'short', 'WebSockets that are open, by replica of `notifications`.', [
          `sum by (instance) (alta_live_connections{${here}})`,
          '{{instance}}',
        ]),
        lines(
          'Refused',
          'reqps',
          'At the gateway, by the code of the refusal; `live_unavailable` is our failure.',
          [`sum by (code) (rate(alta_live_refused_total{${here}}[$__rate_interval]))`, '{{code}}'],
        ),
        lines('Ended', 'reqps', '`slow` and `silent` were given up; `draining` is a release.', [
          `sum by (reason) (rate(alta_live_closed_total{${here}}[$__rate_interval]))`,
          '{{reason}}',
        ]),
        lines(
          'Delay',
          's',
          'From an event until everybody who is connected and hears of it was told.',
          ...quantiles('alta_live_delay_seconds', here, ''),
        ),
      ],
    },
    {
      title: 'Behind it',
      panels: [
        lines(
          'Duration by service',
          's',
          'As services see it themselves, without sidecars.',
          ...quantiles('alta_http_request_seconds', `job!="gateway", ${here}`, 'job', [0.95]),
        ),
        lines('Failures by service', 'reqps', 'Answers that are a failure of the service.', [
          `sum by (job) (rate(alta_http_request_seconds_count{status=~"5..", ${here}}[$__rate_interval])) or 0 * sum by (job) (rate(alta_http_request_seconds_count{${here}}[$__rate_interval]))`,
          '{{job}}',
        ]),
        lines('Between sidecars', 'reqps', 'Calls that were sent, by caller and service.', [
          `sum by (app_id, dst_app_id) (rate(dapr_runtime_service_invocation_req_sent_total{${here}}[$__rate_interval]))`,
          '{{app_id}} → {{dst_app_id}}',
        ]),
        lines('Refused by access control', 'short', 'Calls of somebody who may not.', [
          `sum by (app_id) (rate(dapr_runtime_acl_app_policy_action_blocked_total{${here}}[$__rate_interval])) or sum by (app_id) (rate(dapr_runtime_acl_global_policy_action_blocked_total{${here}}[$__rate_interval]))`,
          '{{app_id}}',
        ]),
      ],
    },
  ],
}
