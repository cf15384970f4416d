import { assertTopology, type Topology } from '@alta/kit/events/topology'
import { connect } from 'amqplib'
import type { BrokerAdmin } from '../infrastructure/rabbitmq-admin.ts'
import { policyDefinitions } from './policies.ts'

/** Declares the whole topology before anything is published; the relays re-assert their own part later. */
export async function declareTopology(url: string, topology: Topology): Promise<void> {
  const connection = await connect(url, { timeout: 10_000 })
  // What goes wrong is thrown by the call below; without a listener it would end the process first.
  connection.on('error', () => undefined)
  try {
    await assertTopology(connection, topology)
  } finally {
    await connection.close()
  }
}

export const declarePolicies = (admin: BrokerAdmin, vhost: string): Promise<void> =>
  admin.importDefinitions(policyDefinitions(vhost))
