import { text } from 'node:stream/consumers'
import type { InvokeAnswer } from '@alta/kit/dapr/sidecar'
import { badGateway } from '@alta/kit/errors'

/**
 * Keeps failures that no service of ours wrote from callers: ours are problem+json, anything else comes from
 * a sidecar and speaks of addresses, ports and tokens.
 * @throws {Problem} 502 `bad_gateway`
 */
export async function refuseForeignFailure(appId: string, answer: InvokeAnswer): Promise<void> {
  const mediaType = String(answer.headers['content-type'] ?? '')
  if (answer.status < 400 || mediaType.startsWith('application/problem+json')) return
  // A page, or an error of OAuth: services mark what a route of theirs has answered in a form of its own.
  if (answer.headers['alta-answer'] === 'own') return
  const beginning = (await text(answer.body)).slice(0, 500)
  throw badGateway('bad_gateway', `The service ${appId} gave no proper answer.`, {
    note: `status ${answer.status} that is not problem+json: ${beginning}`,
  })
}
