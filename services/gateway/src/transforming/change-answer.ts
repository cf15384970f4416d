import { Readable } from 'node:stream'
import type { InvokeAnswer } from '@alta/kit/dapr/sidecar'
import { badGateway, unavailable } from '@alta/kit/errors'
import { leaveUnread } from '../edge/unread-answer.ts'
import type { MessageRule } from '../routing/transformations.ts'
import type { heldBytes } from '../validation/held-bytes.ts'
import { changeBody } from './change-body.ts'
import { changeHeaders } from './change-headers.ts'

/** Larger ones cannot be changed: they would have to be held whole. */
const LARGEST = 2 ** 20

/**
 * An answer as a rule wants it. Only what went well and is JSON has its body held and changed, within the room for held
 * bodies; refusals keep their form, which is everybody's.
 * @throws {Problem} 502 `answer_not_changeable` for what is too large or no JSON after all, 503 `gateway_busy`
 */
export async function changeAnswer(
  answer: InvokeAnswer,
  { headers: rule, body: steps = [] }: MessageRule,
  room: ReturnType<typeof heldBytes>,
): Promise<InvokeAnswer> {
  const { status } = answer
  const headers = { ...answer.headers }
  if (rule) changeHeaders(headers, rule)
  if (steps.length === 0 || !isJson(answer)) return { status, headers, body: answer.body }
  // HEAD and 204 have no body, and a length that would not be that of the changed one.
  delete headers['content-length']
  const release = room.take(LARGEST)
  try {
    if (!release)
      throw unavailable('gateway_busy', 'Too many answers are being changed. Try again.', { retryAfter: 1 })
    const bytes = await smallBody(answer)
    if (bytes.length === 0) return { status, headers, body: Readable.from([]) }
    const changed = Buffer.from(JSON.stringify(changeBody(parsed(bytes), steps)))
    headers['content-length'] = String(changed.length)
    return { status, headers, body: Readable.from([changed]) }
  } catch (error) {
    leaveUnread(answer.body)
    throw error
  } finally {
    release?.()
  }
}

const isJson = ({ status, headers }: InvokeAnswer): boolean =>
  status >= 200 &&
  status < 300 &&
  headers['content-encoding'] === undefined &&
  /^application\/json\s*(?:;|$)/i.test(String(headers['content-type']))

async function smallBody({ body }: InvokeAnswer): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > LARGEST) throw notChangeable(`The answer is larger than ${LARGEST} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch (cause) {
    throw notChangeable('The answer is no JSON.', cause)
  }
}

const notChangeable = (detail: string, cause?: unknown) =>
  badGateway('answer_not_changeable', detail, { cause })
