import { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { Problem, unavailable } from '@alta/kit/errors'

export interface Upgraded {
  response: IncomingMessage
  socket: Duplex
  /** What came right behind the head. */
  head: Buffer
}

/** Milliseconds for the other side to answer a handshake. */
const PATIENCE = 5_000
/** Bytes of a refusal that are passed on. */
const LARGEST_REFUSAL = 16_384

/**
 * Opens a WebSocket at the first place that can be reached, beginning anywhere, so that none gets all.
 * @throws {Problem} what the other side has refused it with; 503 `live_unavailable`
 */
export async function openUpstream(
  places: readonly URL[],
  path: string,
  headers: OutgoingHttpHeaders,
  signal: AbortSignal,
): Promise<Upgraded> {
  const first = Math.floor(Math.random() * places.length)
  let cause: unknown
  for (const place of [...places.slice(first), ...places.slice(0, first)]) {
    try {
      return await openAt(new URL(path, place), headers, signal)
    } catch (error) {
      // A refusal is an answer. Who has broken off may have taken the ticket, which the next one says then.
      if (error instanceof Problem || signal.aborted) throw error
      cause = error
    }
  }
  throw unavailable('live_unavailable', 'Live updates are not possible right now.', { cause })
}

function openAt(url: URL, headers: OutgoingHttpHeaders, signal: AbortSignal): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    const call: ClientRequest = request(url, { headers, signal, agent: false })
    call.setTimeout(PATIENCE, () => call.destroy(new Error(`no answer within ${PATIENCE} ms`)))
    call.once('error', reject)
    call.once('upgrade', (response, socket, head) => {
      // The time limit was for the handshake.
      call.setTimeout(0)
      resolve({ response, socket, head })
    })
    call.once('response', (response) => {
      refusal(response).then(reject, reject)
    })
    call.end()
  })
}

/** The other side's problem+json, as our own. */
async function refusal(response: IncomingMessage): Promise<Problem> {
  let text = ''
  for await (const chunk of response) {
    text += String(chunk)
    if (text.length > LARGEST_REFUSAL) break
  }
  const { code, detail } = wordsOf(text)
  const retryAfter = response.headers['retry-after']
  return new Problem({
    status: response.statusCode ?? 502,
    code,
    detail,
    ...(retryAfter ? { headers: { 'retry-after': retryAfter } } : {}),
  })
}

function wordsOf(text: string): { code: string; detail: string } {
  try {
    const { code, detail } = JSON.parse(text)
    if (typeof code === 'string' && typeof detail === 'string') return { code, detail }
  } catch {
    // No problem+json: the sentence below has to do.
  }
  return { code: 'live_refused', detail: 'The connection was refused.' }
}
