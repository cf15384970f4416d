import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import { clientGone } from './json-body.ts'
import type { Answer, Route, StreamAnswer } from './route.ts'

/** An answer as it leaves: only what its schema declares, and nothing that JSON cannot hold. */
export interface PresentedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON value; undefined for an answer without a body. */
  readonly body?: unknown
}

/** @throws {Error} when the handler's answer is not one of those its route declares: a mistake of ours */
export function presentAnswer(route: Route, answer: Answer): PresentedAnswer | StreamAnswer {
  const rules: Readonly<Record<number, Route['answers'][200]>> = route.answers
  const rule = rules[answer.status]
  const where = `${route.method.toUpperCase()} ${route.path}`
  if (!rule) throw new Error(`${where} answered ${answer.status}, which it does not declare`)
  if ('stream' in answer) return answer
  const headers = answer.headers ?? {}
  if (!rule.schema) return { status: answer.status, headers }
  const result = rule.schema.safeParse('body' in answer ? answer.body : undefined)
  if (!result.success) {
    throw new Error(`${where} answered ${answer.status} with a body that breaks its schema`, {
      cause: result.error,
    })
  }
  return { status: answer.status, headers, body: result.data }
}

export async function sendAnswer(response: Response, answer: PresentedAnswer | StreamAnswer): Promise<void> {
  response.status(answer.status)
  // What is private to a user must not stay in caches between here and them, unless the route says so.
  response.set({ 'cache-control': 'no-store', ...answer.headers })
  if ('stream' in answer) {
    response.set('content-type', answer.mediaType)
    if (response.req.method === 'HEAD') {
      answer.stream.destroy()
      response.end()
    } else {
      await passOn(answer.stream, response)
    }
  } else if (answer.body === undefined) {
    response.end()
  } else {
    const bytes = Buffer.from(JSON.stringify(answer.body))
    response.set({
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(bytes.length),
    })
    response.end(response.req.method === 'HEAD' ? undefined : bytes)
  }
}

/** A caller who stops listening, as every player that seeks does, is no failure; a file that breaks off is one. */
async function passOn(stream: Readable, response: Response): Promise<void> {
  let brokeOff = false
  // Whichever side ends first ends the other: the response still stands only when the stream was first.
  for (const ending of ['error', 'close']) {
    stream.once(ending, () => {
      brokeOff ||= !response.destroyed
    })
  }
  try {
    await pipeline(stream, response)
  } catch (error) {
    throw brokeOff ? error : clientGone()
  }
}
