import { badRequest } from '@alta/kit/errors'

/**
 * Two parties that read one path differently are how callers reach what is not for them: the gateway
 * routes by the text, a service decodes it. So only paths that everybody reads alike are taken, and
 * everything clever is refused instead of repaired. The console's own address alone ends with a slash; it goes to no
 * service.
 */
const form = /^(?:\/(?:[A-Za-z0-9\-._~!$&'()*+,=:@]|%[0-9A-Fa-f]{2})+)+$|^\/(?:console\/)?$/
/** Encoded slash, backslash, dot, semicolon, percent sign, question mark, hash, control characters. */
const encodedTrick = /%(?:2f|5c|2e|3b|25|3f|23|[01][0-9a-f]|7f)/i
const dotSegment = /\/\.{1,2}(?:\/|$)/

/**
 * Splits a request target.
 * @throws {Problem} 400 `bad_path`
 */
export function safePath(target: string): { path: string; search: string } {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const search = mark < 0 ? '' : target.slice(mark)
  if (!form.test(path) || dotSegment.test(path) || (path.includes('%') && !isPlainlyEncoded(path))) {
    throw badRequest(
      'bad_path',
      'The path may hold neither empty, "." nor ".." parts, nor ";", nor encoded slashes, dots, question marks, hashes or control characters.',
    )
  }
  // Node's parser lets bytes above ASCII through in targets; nobody encodes a query like that.
  if (search !== '' && !/^[\x21-\x7e]*$/.test(search))
    throw badRequest('bad_path', 'The query must be percent-encoded.')
  return { path, search }
}

/** Bytes that are no UTF-8 are decoded in as many ways as there are decoders; `%c0%ae` is a dot to some. */
function isPlainlyEncoded(path: string): boolean {
  if (encodedTrick.test(path)) return false
  try {
    decodeURIComponent(path)
    return true
  } catch {
    // The only thing it can throw is the answer.
    return false
  }
}
