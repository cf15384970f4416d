// Declares exchanges, queues, bindings and policies before any service of a release starts: the Job of charts/platform.
// Any service's image can run it: `node services/shared/kit/src/events/declare-topology.main.ts`.
import { connect } from 'amqplib'
import { oneOf, readConfig, text, url } from '../config.ts'
import { log } from '../telemetry/log.ts'
import { putPolicies, readPolicies } from './broker-policies.ts'
import { assertTopology, readTopology } from './topology.ts'

const config = readConfig('services/shared/kit/src/events/declare-topology.main.ts', {
  RABBITMQ_URL: url({ protocols: ['amqp', 'amqps'] }).describe('The broker, with user, password and vhost.'),
  TOPOLOGY_FILE: text({ default: '' }).describe('List of exchanges and queues. Empty: the one of the image.'),
  POLICIES_FILE: text().optional().describe('The broker’s policies. Empty: somebody else sets them.'),
  RABBITMQ_MANAGEMENT_URL: url()
    .optional()
    .describe('Management API, for the policies; its user needs the tag policymaker.'),
  LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'silent'], { default: 'info' }),
})

const topology = readTopology(config.TOPOLOGY_FILE)
// Policies first: a queue never lives without its delivery limit.
if (config.POLICIES_FILE) {
  if (!config.RABBITMQ_MANAGEMENT_URL) throw new Error('POLICIES_FILE needs RABBITMQ_MANAGEMENT_URL')
  const policies = readPolicies(config.POLICIES_FILE)
  await putPolicies(config.RABBITMQ_MANAGEMENT_URL, config.RABBITMQ_URL, policies)
  log.info({ policies: policies.map(({ name }) => name) }, 'the policies are set')
}
const connection = await connect(config.RABBITMQ_URL, { timeout: 10_000 })
// What goes wrong is thrown by the call below; without a listener it would end the process first.
connection.on('error', () => undefined)
try {
  await assertTopology(connection, topology)
} finally {
  await connection.close()
}
log.info({ exchanges: topology.exchanges.length, queues: topology.queues.length }, 'the topology is declared')
