import {
  brokerEnvironment,
  databaseEnvironment,
  filesEnvironment,
  flag,
  fraction,
  integer,
  readConfig,
  seconds,
  secret,
  serviceEnvironment,
  text,
  url,
} from '@alta/kit/config'

export const config = readConfig('services/events/src/config.ts', {
  ...serviceEnvironment,
  ...databaseEnvironment,
  ...brokerEnvironment,
  ...filesEnvironment,
  AUDIT_SIGNING_KEY: secret({ minimumLength: 32 }).describe(
    'Signs the anchors of the audit log (openssl rand -base64 32). Whoever has it and can write to database and files can forge the log.',
  ),
  AUDIT_FORMER_PUBLIC_KEYS: text({ default: '', pattern: /^([A-Za-z0-9_-]{43}(,|$))*$/ }).describe(
    'Public keys, as `x` of GET /api/v1/audit/keys and separated by commas, of anchors that were signed before the key was changed.',
  ),
  AUDIT_ANCHOR_SECONDS: seconds({ default: 3_600, min: 10, max: 604_800 }).describe(
    'Seconds after which new entries of the audit log are anchored outside of the database.',
  ),
  AUDIT_ANCHOR_ENTRIES: integer({ default: 1_000, min: 1, max: 1_000_000 }).describe(
    'So many new entries are anchored at once, whatever the time.',
  ),
  EVENT_RETENTION_MONTHS: integer({ default: 24, min: 0, max: 1_200 }).describe(
    'Whole months of events that are kept beside the present one. 0: for ever.',
  ),
  REPLAY_EVENTS_PER_SECOND: integer({ default: 500, min: 1, max: 5_000 }).describe(
    'How fast a replay sends unless it is told.',
  ),
  RABBITMQ_MANAGEMENT_URL: url()
    .optional()
    .describe(
      'Management API of the broker; user and password are those of RABBITMQ_URL unless it has its own. Empty: the monitor knows depth and consumers only.',
    ),
  RUNNER_CONTROL_URL: url().optional().describe('The local runner, which can start and stop replicas.'),
  RUNNER_CONTROL_TOKEN: secret().optional().describe('What the runner wants to be shown.'),
  KUBERNETES_NAMESPACE: text()
    .optional()
    .describe(
      'Where the Deployments or Rollouts of the services are. Set: replicas are scaled through the cluster’s API.',
    ),
  MONITOR_INTERVAL_SECONDS: seconds({ default: 5, min: 1, max: 300 }).describe(
    'Between two looks at queues and services; what is stuck is noticed with this delay at most.',
  ),
  MONITOR_RETENTION_DAYS: integer({ default: 14, min: 2, max: 400 }).describe(
    'How long the history of queues and services is kept, one sample a minute after the first day.',
  ),
  STUCK_FACTOR: fraction({ default: 2, min: 1, max: 100 }).describe(
    'Times its own p95 after which a handler that finishes nothing counts as stuck.',
  ),
  STUCK_FLOOR_SECONDS: fraction({ default: 5, min: 0.1, max: 3_600 }).describe(
    'Seconds below which no handler counts as stuck, however fast it is as a rule.',
  ),
  DEAD_LETTERS_FOUR_EYES: flag({ default: false }).describe(
    'Edits and discards of dead letters wait until a second operator agrees.',
  ),
  DEAD_LETTERS_PROPOSAL_SECONDS: seconds({ default: 86_400, min: 60, max: 2_592_000 }).describe(
    'How long such an edit or discard waits.',
  ),
  DEAD_LETTERS_RESOLVED_DAYS: integer({ default: 30, min: 1, max: 3_650 }).describe(
    'How long a dead letter is kept after it was handled.',
  ),
})

export type Config = typeof config
