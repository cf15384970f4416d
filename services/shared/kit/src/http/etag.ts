import { preconditionFailed } from '../errors.ts'

/** The version of an entity as a strong ETag. */
export const etagOf = (version: number): string => `"${version}"`

/**
 * Refuses a change that was made on top of an older version. Callers may leave If-Match out.
 * @throws {Problem} 412 `precondition_failed`, with the current ETag
 */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const current = etagOf(version)
  const wanted = ifMatch.split(',').map((tag) => tag.trim())
  if (wanted.includes(current)) return
  throw preconditionFailed('precondition_failed', 'It was changed since you read it. Read it again.', {
    headers: { etag: current },
  })
}

/** Whether what the caller has is still current, so that 304 will do. */
export const isCurrent = (ifNoneMatch: string | undefined, version: number): boolean =>
  isSame(ifNoneMatch, etagOf(version))

/** The same of an ETag that is no version: of a file it is the hash of its bytes. */
export const isSame = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
