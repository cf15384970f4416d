import { operationsReport } from '@alta/contracts/resources/operations'
import type { Sidecar } from '@alta/kit/dapr/sidecar'
import { Problem } from '@alta/kit/errors'
import { log } from '@alta/kit/telemetry/log'
import { z } from 'zod'
import type { AskService } from './sample.ts'

const ANSWER_WITHIN_MS = 3_000

/** Asks services through the sidecar. One that does not answer, or not as agreed, counts as away. */
export const askThrough =
  (sidecar: Sidecar): AskService =>
  async (app) => {
    try {
      const answer = await sidecar.invoke(app, '/operations/report', { timeoutMs: ANSWER_WITHIN_MS })
      const body = await json(answer.body)
      if (answer.status === 200) return operationsReport.parse(body)
      log.debug({ app, status: answer.status }, 'a service gave no report')
    } catch (error) {
      log.debug({ err: error, app }, 'a service gave no report')
    }
    return undefined
  }

/** An operator's order to one service, carried out there under the operator's own token. */
export type Order = (app: string, path: string, body?: unknown) => Promise<unknown>

const problemBody = z.looseObject({ code: z.string(), detail: z.string().optional() })

/** @throws {Problem} what the service refused, as it said it; 503 when it is away */
export const orderThrough =
  (sidecar: Sidecar): Order =>
  async (app, path, body) => {
    const { status, body: answered } = await sidecar.invoke(app, path, {
      method: 'POST',
      timeoutMs: ANSWER_WITHIN_MS,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const given = await json(answered)
    if (status < 300) return given
    const refused = problemBody.safeParse(given)
    throw new Problem({
      status,
      code: refused.data?.code ?? 'upstream_failed',
      detail: refused.data?.detail ?? `The service ${app} answered ${status}.`,
      extensions: { upstream: app },
    })
  }

async function json(stream: AsyncIterable<Buffer | string>): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? undefined : JSON.parse(text)
}
