import { connect } from 'amqplib'
import { request } from 'undici'
import { z } from 'zod'

/** One queue as the broker tells of it. */
export interface QueueFigures {
  readonly queue: string
  readonly ready: number
  readonly unacknowledged: number | null
  readonly consumers: number
  readonly published: number | null
  readonly acknowledged: number | null
}

/** @throws when the broker does not answer */
export type BrokerFigures = () => Promise<QueueFigures[]>

const listing = z.array(
  z.object({
    name: z.string(),
    messages_ready: z.number().default(0),
    messages_unacknowledged: z.number().default(0),
    consumers: z.number().default(0),
    // Missing until something has happened to the queue.
    message_stats: z.object({ publish: z.number().default(0), ack: z.number().default(0) }).optional(),
  }),
)

/**
 * Figures by the management API, which knows them up to five seconds late.
 * @param url of the API, with user and password; the user needs the tag `management`
 */
export function managementFigures(url: string, vhost: string): BrokerFigures {
  const { origin, pathname, username, password } = new URL(url)
  const columns =
    'name,messages_ready,messages_unacknowledged,consumers,message_stats.publish,message_stats.ack'
  const address = `${origin}${pathname.replace(/\/$/, '')}/api/queues/${encodeURIComponent(vhost)}?columns=${columns}`
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const authorization = `Basic ${Buffer.from(user).toString('base64')}`
  return async () => {
    const { statusCode, body } = await request(address, {
      headers: { authorization },
      headersTimeout: 5_000,
      bodyTimeout: 5_000,
    })
    if (statusCode !== 200) {
      await body.dump()
      throw new Error(`the management API answers ${statusCode}`)
    }
    return listing.parse(await body.json()).map((queue) => ({
      queue: queue.name,
      ready: queue.messages_ready,
      unacknowledged: queue.messages_unacknowledged,
      consumers: queue.consumers,
      published: queue.message_stats?.publish ?? 0,
      acknowledged: queue.message_stats?.ack ?? 0,
    }))
  }
}

/** What AMQP itself tells of these queues, where no management API is to be reached. A queue that is gone is left out. */
export function amqpFigures(url: string, queues: readonly string[]): BrokerFigures {
  return async () => {
    const connection = await connect(url, { timeout: 5_000 })
    // What goes wrong is thrown by the call that it meets; without a listener it would end the process.
    connection.on('error', () => undefined)
    try {
      const figures: QueueFigures[] = []
      for (const queue of queues) {
        // A channel each: asking for a queue that is gone closes the channel.
        const channel = await connection.createChannel()
        channel.on('error', () => undefined)
        const found = await channel.checkQueue(queue).catch(gone)
        if (!found) continue
        await channel.close()
        const { messageCount: ready, consumerCount: consumers } = found
        figures.push({ queue, ready, consumers, unacknowledged: null, published: null, acknowledged: null })
      }
      return figures
    } finally {
      await connection.close()
    }
  }
}

/** @throws every error but AMQP's 404 */
function gone(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 404) return undefined
  throw error
}
