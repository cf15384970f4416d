import { Problem } from '@alta/kit/errors'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { type ClosingReason, liveMetrics } from './live.metrics.ts'
import { bucket } from './rate.ts'
import type { Holder } from './tickets.ts'

export interface ConnectionRules {
  /** Bytes that may wait for a client; one that reads too slowly is dropped, for its own messages and nobody else's. */
  buffer: number
  /** Messages and pings of a client. */
  messagesPerSecond: number
}

/** Close codes; those above 4000 are ours (RFC 6455, 7.4.2). */
const codes: Readonly<Partial<Record<ClosingReason, number>>> = {
  token_ended: 4401,
  too_many_messages: 1008,
  bad_message: 1008,
  draining: 1001,
}

const fromClient = z.object({ type: z.literal('renew'), ticket: z.string().max(100) })

/** setTimeout would fire at once for more. */
const LONGEST_TIMER = 2 ** 31 - 1

/** One WebSocket. Whose it is may be renewed, and never changes hands. */
export function liveConnection(
  socket: WebSocket,
  first: Holder,
  rules: ConnectionRules,
  redeem: (ticket: string) => Promise<Holder>,
) {
  let holder = first
  let answered = true
  let reason: ClosingReason = 'gone'
  let expiry: NodeJS.Timeout | undefined
  const messages = bucket(rules.messagesPerSecond, 2 * rules.messagesPerSecond)

  function end(why: ClosingReason, text = why.replaceAll('_', ' ')): void {
    if (socket.readyState !== socket.OPEN) return
    reason = why
    const code = codes[why]
    // Whoever does not read gets no goodbye either.
    if (code === undefined) socket.terminate()
    else socket.close(code, text)
  }

  function send(text: string): void {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > rules.buffer) end('slow')
    else socket.send(text)
  }
  const say = (message: Readonly<Record<string, unknown>>): void => send(JSON.stringify(message))

  function keepUntilTokenEnds(): void {
    clearTimeout(expiry)
    expiry = setTimeout(() => end('token_ended'), Math.min(holder.tokenEnds - Date.now(), LONGEST_TIMER))
  }

  async function renew(ticket: string): Promise<void> {
    try {
      const next = await redeem(ticket)
      if (next.userId !== holder.userId || next.tenantId !== holder.tenantId) {
        end('bad_message', 'the ticket is of somebody else')
        return
      }
      holder = next
      keepUntilTokenEnds()
      say({ type: 'renewed', expiresAt: new Date(holder.tokenEnds).toISOString() })
    } catch (error) {
      const code = error instanceof Problem ? error.code : 'internal_error'
      say({ type: 'error', code })
    }
  }

  const isTooMuch = (): boolean => {
    if (messages.take()) return false
    end('too_many_messages')
    return true
  }
  socket.on('message', (data, isBinary) => {
    if (isTooMuch()) return
    const message = isBinary ? undefined : readMessage(String(data))
    if (message) void renew(message.ticket)
    else end('bad_message')
  })
  socket.on('ping', isTooMuch)
  socket.on('pong', () => {
    answered = true
  })
  // A frame that breaks the protocol: the library closes with the fitting code.
  socket.on('error', (error) => {
    if ('code' in error && String(error.code).startsWith('WS_ERR')) reason = 'bad_message'
  })
  socket.once('close', () => {
    clearTimeout(expiry)
    liveMetrics.closed.inc({ reason })
  })
  keepUntilTokenEnds()

  return {
    get holder() {
      return holder
    },
    send,
    say,
    end,
    /** To be called every so often: ends the connection of a client who has not answered the last call. */
    beat(): void {
      if (!answered) end('silent')
      answered = false
      if (socket.readyState === socket.OPEN) socket.ping()
    },
  }
}

export type LiveConnection = ReturnType<typeof liveConnection>

function readMessage(text: string): z.output<typeof fromClient> | undefined {
  try {
    return fromClient.safeParse(JSON.parse(text)).data
  } catch {
    // Not JSON, so not one of ours.
    return undefined
  }
}
