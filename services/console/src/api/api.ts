import createClient from 'openapi-fetch'
import type { components, paths } from './generated/openapi'
import { send } from './send.ts'

/**
 * Every route of the platform, typed from its OpenAPI document: `api.GET('/api/v1/documents', { params: { query } })`.
 * Use {@link answer} around it: what comes back is the body, and refusals are thrown.
 */
export const api = createClient<paths>({ fetch: send })

/** A resource that the API has a name for: `Schema<'User'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

/** What a route answers when all is well: `AnswerTo<'/api/v1/reviews/{id}', 'get'>`. */
export type AnswerTo<
  Path extends keyof paths,
  Method extends keyof paths[Path],
> = paths[Path][Method] extends {
  responses: infer Responses
}
  ? JsonOf<Responses[keyof Responses & (200 | 201 | 202)]>
  : never
type JsonOf<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : never

/**
 * The body of an answer; undefined where there is none.
 * @throws {Problem} for every answer that is not a success
 */
export async function answer<Body>(
  asked: Promise<{ data?: Body; error?: unknown; response: Response }>,
): Promise<Exclude<Body, undefined>> {
  const { data } = await asked
  // Refusals have been thrown by `send`.
  return data as Exclude<Body, undefined>
}
