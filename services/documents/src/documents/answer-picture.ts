import { isSame } from '@alta/kit/http/etag'
import type { EmptyAnswer, StreamAnswer } from '@alta/kit/http/route'
import type { OpenablePicture } from './picture.service.ts'

/** Seconds that a browser shows what it has without asking: whoever leaves a project keeps what they saw no longer. */
const KEPT_FOR = 86_400

/**
 * Answers a picture of a page, or 304 to whoever has it.
 * @param pinned whether the request names the version: then the same address never shows anything else
 */
export async function answerPicture(
  picture: OpenablePicture,
  { pinned, ifNoneMatch }: { pinned: boolean; ifNoneMatch: string | undefined },
): Promise<StreamAnswer<200> | EmptyAnswer<304>> {
  const etag = `"${picture.sha256}"`
  const headers = {
    etag,
    'cache-control': pinned ? `private, max-age=${KEPT_FOR}, immutable` : 'private, no-cache',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  }
  if (isSame(ifNoneMatch, etag)) return { status: 304, headers }
  return {
    status: 200,
    stream: await picture.open(),
    mediaType: picture.mediaType,
    headers: { ...headers, 'content-length': String(picture.size) },
  }
}
