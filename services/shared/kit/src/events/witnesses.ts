import type { Channel, ChannelModel } from 'amqplib'
import type { Topology } from './topology.ts'

/*
 * How a relay finds out that a queue is gone. `mandatory` does not tell while another queue takes the event, and
 * `all` always does; nor does looking for the queue: daprd declares it again, empty, within a second.
 * So each relay keeps a witness beside each queue and exchange that its events go through: an exchange that
 * nothing is published to and that is deleted by the broker itself together with its only binding, the one to what
 * it watches. A missing witness therefore says that the watched part was deleted since the witness was placed,
 * whoever has declared it again meanwhile. What no witness can tell: a single binding that somebody took away,
 * and a queue that somebody emptied.
 */

/** A queue or an exchange that events go through. */
export interface Part {
  kind: 'queue' | 'exchange'
  name: string
}

/** Everything that the events of a service go through, `all` and its queues included. */
export const partsOf = (topology: Topology): Part[] => [
  ...topology.exchanges.map((name) => ({ kind: 'exchange' as const, name })),
  ...topology.queues.map(({ name }) => ({ kind: 'queue' as const, name })),
]

/** Topics whose events had to go through one of the parts. */
export function topicsThrough(topology: Topology, parts: readonly Part[]): string[] {
  const lost = new Set(parts.map(({ kind, name }) => `${kind} ${name}`))
  const leadsThrough = (exchange: string, seen: ReadonlySet<string>): boolean =>
    lost.has(`exchange ${exchange}`) ||
    topology.bindings
      .filter((binding) => binding.exchange === exchange)
      .some(({ to, name }) =>
        to === 'queue'
          ? lost.has(`queue ${name}`)
          : !seen.has(name) && leadsThrough(name, new Set([...seen, name])),
      )
  return topology.exchanges.filter((name) => leadsThrough(name, new Set([name])))
}

/**
 * Channels that share the work: on one the broker does one thing after the other, and what is not there ends it. A new
 * broker is told of everything in a second instead of six, and as long do the first events wait.
 */
const CHANNELS = 8

/** Each with its part of them, in their order. */
function shared<Result>(parts: readonly Part[], work: (some: Part[]) => Promise<Result>): Promise<Result[]> {
  const size = Math.ceil(parts.length / CHANNELS)
  const shares = Array.from({ length: CHANNELS }, (_, index) => parts.slice(index * size, (index + 1) * size))
  return Promise.all(shares.filter((some) => some.length > 0).map(work))
}

/** `holder` keeps the witnesses of one apart from those of another: replicas share theirs, services do not. */
const witnessOf = (holder: string, { kind, name }: Part): string => `witness.${holder}.${kind}.${name}`

/** Parts that were deleted since their witness was placed, or that never had one. */
export async function lostParts(
  connection: ChannelModel,
  holder: string,
  parts: readonly Part[],
): Promise<Part[]> {
  // All at once, as long as nothing is missing: the first that is ends the channel and with it the other questions.
  if (await areThere(connection, holder, parts)) return []
  const lost = await shared(parts, async (some) => {
    const missing: Part[] = []
    for (const part of some) if (!(await areThere(connection, holder, [part]))) missing.push(part)
    return missing
  })
  return lost.flat()
}

async function areThere(connection: ChannelModel, holder: string, parts: readonly Part[]): Promise<boolean> {
  const channel = await quietChannel(connection)
  const looks = await Promise.allSettled(parts.map((part) => channel.checkExchange(witnessOf(holder, part))))
  const failed = looks.flatMap((look) => (look.status === 'rejected' ? [look.reason] : []))
  if (failed.length === 0) {
    await channel.close()
    return true
  }
  if (failed.some(isNotFound)) return false
  throw failed[0]
}

/** @throws {Error} when a part is not there */
export async function placeWitnesses(
  connection: ChannelModel,
  holder: string,
  parts: readonly Part[],
  { durable }: { durable: boolean },
): Promise<void> {
  await shared(parts, async (some) => {
    const channel = await quietChannel(connection)
    for (const part of some) {
      const witness = witnessOf(holder, part)
      await channel.assertExchange(witness, 'fanout', { durable, autoDelete: true, internal: true })
      if (part.kind === 'queue') await channel.bindQueue(part.name, witness, '')
      else await channel.bindExchange(part.name, witness, '')
    }
    await channel.close()
  })
}

export async function removeWitnesses(
  connection: ChannelModel,
  holder: string,
  parts: readonly Part[],
): Promise<void> {
  const channel = await quietChannel(connection)
  await Promise.all(parts.map((part) => channel.deleteExchange(witnessOf(holder, part))))
  await channel.close()
}

/** What ends it is told by the calls on it; without a listener the event would end the process as well. */
async function quietChannel(connection: ChannelModel): Promise<Channel> {
  const channel = await connection.createChannel()
  channel.on('error', () => undefined)
  return channel
}

const isNotFound = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 404
