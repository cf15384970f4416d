import { createHash } from 'node:crypto'
import type { InvokeAnswer } from '@alta/kit/dapr/sidecar'
import { leaveUnread } from '../edge/unread-answer.ts'

/** Of the body: there are a handful of kept answers, and they are small. */
const LARGEST = 256 * 1024
/** However long the service would let it be kept. */
const LONGEST_SECONDS = 300

export interface KeptAnswer {
  readonly contentType: string
  readonly cacheControl: string
  readonly etag: string
  readonly body: Buffer
  /** Of the clock of `performance`, in milliseconds. */
  readonly at: number
  readonly until: number
}

/**
 * What may be told to others as well: a whole answer that its service calls public, and that depends on nothing that
 * the caller has sent. @returns undefined for all others, whose body is left unread
 */
export async function keptAnswer(answer: InvokeAnswer, now: number): Promise<KeptAnswer | undefined> {
  const seconds = secondsToKeep(answer)
  const body = seconds > 0 ? await smallBody(answer) : undefined
  if (!body) {
    leaveUnread(answer.body)
    return undefined
  }
  return {
    contentType: String(answer.headers['content-type']),
    cacheControl: String(answer.headers['cache-control']),
    etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
    body,
    at: now,
    until: now + seconds * 1000,
  }
}

/** Headers that say that the answer is somebody's, a part, or one of several. */
const notForAll = ['set-cookie', 'vary', 'content-encoding', 'content-range', 'content-disposition']

function secondsToKeep({ status, headers }: InvokeAnswer): number {
  const control = String(headers['cache-control'] ?? '')
  const isForAll =
    status === 200 &&
    headers['content-type'] !== undefined &&
    notForAll.every((name) => headers[name] === undefined) &&
    /\bpublic\b/.test(control) &&
    !/\b(?:no-store|no-cache|private)\b/.test(control)
  const age = /\bmax-age=(\d{1,9})\b/.exec(control)?.[1]
  return isForAll ? Math.min(Number(age ?? 0), LONGEST_SECONDS) : 0
}

async function smallBody({ body }: InvokeAnswer): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > LARGEST) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
