import { DetailedError } from 'tus-js-client'
import { answer, api } from '../api/api.ts'
import { Problem, problemOf } from '../api/problem.ts'

/** How far the server has an upload, and what became of it. @param url its address */
export const stateOnServer = (projectId: string, url: string) =>
  answer(
    api.GET('/api/v1/projects/{id}/uploads/{uploadId}', {
      params: { path: { id: projectId, uploadId: url.split('/').at(-1) ?? '' } },
    }),
  )

/**
 * What became of the file, for the answer to the last part may have been lost; asked for again while it is being put
 * together. Told all the same when that takes long: all bytes are there, and the item will be.
 */
export async function outcomeOnServer(projectId: string, url: string) {
  for (const wait of [500, 1_000, 2_000, 4_000, 8_000, 16_000]) {
    const told = await stateOnServer(projectId, url)
    if (told.outcome) return told
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
  return stateOnServer(projectId, url)
}

/** What the library throws, as the API words it. */
export async function problemOfUpload(error: unknown): Promise<Problem> {
  if (error instanceof Problem) return error
  const response = error instanceof DetailedError ? error.originalResponse : null
  if (!response || response.getStatus() === 0)
    return new Problem({ status: 0, code: 'unreachable', detail: 'The platform cannot be reached.' })
  const id = response.getHeader('x-request-id')
  return problemOf(
    new Response(response.getBody(), {
      status: response.getStatus(),
      headers: id ? { 'x-request-id': id } : {},
    }),
  )
}
