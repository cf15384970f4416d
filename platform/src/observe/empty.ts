/** Why a query may be empty on a machine that is well. Anything else that is empty is a fault. */
export interface Excuse {
  /** Of the query: a part of a panel’s or a rule’s name, or a metric in it. */
  readonly matches: RegExp
  readonly because: string
}

export const excuses: readonly Excuse[] = [
  {
    matches: /\bkube_|kubelet_|container_/,
    because: 'kubelet and kube-state-metrics are there in a cluster only',
  },
  { matches: /certmanager_/, because: 'cert-manager is there in a cluster only' },
  { matches: /dapr_sentry_/, because: 'Dapr’s sentry is there in a cluster only' },
  { matches: /cnpg_/, because: 'CloudNativePG is there in a cluster only' },
  {
    matches: /rabbitmq_/,
    because: 'the broker is not one whose plugin rabbitmq_prometheus we may switch on',
  },
  { matches: /ALERTS/, because: 'no alert is firing' },
  { matches: /alta_stuck_handler_seconds/, because: 'no handler is stuck' },
  { matches: /alta_dead_letters_open/, because: 'nothing was ever given up' },
  // Alone: a share of failures must be 0, not nothing.
  {
    matches: /^alta_http_request_seconds_count\{[^}]*status=~"5\.\."\}$/,
    because: 'no request was answered with a failure of ours',
  },
  { matches: /alta_limit_decisions_total\{outcome="denied"/, because: 'no limit has refused anybody' },
  { matches: /outcome="would_have_denied"/, because: 'no limit is in shadow' },
  { matches: /process_status="drop"/, because: 'no sidecar has dropped a message' },
  { matches: /_policy_action_blocked_total/, because: 'access control has refused nobody' },
  { matches: /dapr_component_state_count\{success="false"\}/, because: 'the state store has not failed' },
  { matches: /outcome=~"parked\|given_up\|rejected"/, because: 'no handler has failed' },
]
