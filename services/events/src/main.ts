// events: keeps every event, who did what, and what failed, so that all of it can be looked at and repaired.

import { contractsByTopic } from '@alta/contracts/generated/registry'
import { openSidecar } from '@alta/kit/dapr/sidecar'
import { connect } from '@alta/kit/database/database'
import { readTopology } from '@alta/kit/events/topology'
import { serve } from '@alta/kit/serve'
import { openNamedFiles } from '@alta/kit/storage/named-files'
import { auditRoutes } from './audit/audit.routes.ts'
import { ANCHORS, auditLog } from './audit/audit-log.ts'
import { decisionRoutes } from './audit/decision.routes.ts'
import { circuitRoutes } from './circuits/circuit.routes.ts'
import { config } from './config.ts'
import type { EventsSchema } from './database/schema.ts'
import { deadLetterParts } from './dead-letters/dead-letters.ts'
import { openMonitor } from './monitor/monitor.ts'
import { openEventStore } from './store/event-store.ts'
import { subscriptions } from './subscriptions.ts'

const database = connect<EventsSchema>('events', config)
const audit = auditLog(database, openNamedFiles(config, ANCHORS), config)
const deadLetters = deadLetterParts(database, contractsByTopic, config)
const sidecar = openSidecar(config)
const topology = readTopology(config.TOPOLOGY_FILE)
const monitor = openMonitor({ database, config, sidecar, topology })
const store = openEventStore({ database, topology, settings: config, clock: () => new Date() })
const tasks = [...deadLetters.tasks, ...store.tasks]

await serve({
  appId: 'events',
  config,
  database,
  sidecar,
  routes: [
    ...auditRoutes(audit),
    ...decisionRoutes(audit),
    ...monitor.routes,
    ...deadLetters.routes,
    ...store.routes,
    ...circuitRoutes(),
  ],
  tasks,
  subscriptions: subscriptions(deadLetters.handlers, tasks),
  background: [...audit.background, ...monitor.background, ...deadLetters.background, ...store.background],
})
