import { type CloudEvent, cloudEvent, cloudEventExample } from '@alta/contracts/cloud-event'
import type { EventContract } from '@alta/contracts/event'
import type { Faults } from './dead-letter.tables.ts'

/** Every contract of this release, by topic. */
export type Contracts = ReadonlyMap<string, EventContract>

const MOST_FAULTS = 50

/** An event that could be handled, or why it could not. */
export type Validity =
  | { readonly event: CloudEvent; readonly faults?: never }
  | { readonly faults: Faults; readonly event?: never }

/**
 * Whether a handler of `topic` would take this as an event today: envelope, type, source and data against the contract of
 * this release, which may not be the one under which it was emitted.
 */
export function validityOf(contracts: Contracts, topic: string, value: unknown): Validity {
  const envelope = cloudEvent.safeParse(value)
  if (!envelope.success) return { faults: faultsAt('', envelope.error.issues) }
  const event = envelope.data
  const contract = contracts.get(topic)
  if (!contract) return { faults: [{ path: 'topic', message: `no contract is known for ${topic}` }] }
  const faults: Faults = []
  if (event.topic !== topic) faults.push({ path: 'topic', message: `must be ${topic}` })
  if (event.type !== contract.type) faults.push({ path: 'type', message: `must be ${contract.type}` })
  if (contract.owner !== 'every service' && event.source !== `/${contract.owner}`) {
    faults.push({ path: 'source', message: `must be /${contract.owner}` })
  }
  const data = contract.schema.safeParse(event.data)
  if (!data.success) faults.push(...faultsAt('data.', data.error.issues))
  return faults.length > 0 ? { faults: faults.slice(0, MOST_FAULTS) } : { event }
}

/** A whole event as the contract wants it, to be shown beside one that is not. */
export function sampleOf(contracts: Contracts, topic: string): CloudEvent | null {
  const contract = contracts.get(topic)
  if (!contract) return null
  return {
    ...cloudEventExample,
    source: contract.owner === 'every service' ? cloudEventExample.source : `/${contract.owner}`,
    type: contract.type,
    topic,
    subject: contract.subject(contract.example),
    data: contract.example,
  }
}

const faultsAt = (prefix: string, issues: readonly { path: PropertyKey[]; message: string }[]): Faults =>
  issues.slice(0, MOST_FAULTS).map(({ path, message }) => {
    const at = prefix + path.map(String).join('.')
    return { path: at.replace(/\.$/, '') || 'event', message }
  })
