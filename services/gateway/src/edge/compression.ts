import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib'
import type { InvokeAnswer } from '@alta/kit/dapr/sidecar'
import Negotiator from 'negotiator'
import type { RouteEntry } from '../routing/route-entry.ts'

/** Less is not worth a header. */
const SMALLEST = 1024

/** Quick settings: it is packed anew for each caller. The order is the order of preference. */
const packers = {
  zstd: () => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
  br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: () => createGzip({ level: 5 }),
} as const satisfies Readonly<Record<string, () => Transform>>

const encodings = Object.keys(packers) as (keyof typeof packers)[]

/**
 * Answers that may hold a token, and may repeat what the caller has sent: their packed size tells of the one by the
 * other (BREACH).
 */
const holdsSecrets = ({ upstream, path }: RouteEntry): boolean =>
  upstream === 'identity' || path === '/api/v1/notifications/caught'

export interface Packing {
  /** Headers that the answer gets. */
  headers: Readonly<Record<string, string>>
  /** What the body goes through; undefined for as it is. */
  through: Transform | undefined
}

/**
 * Whether and how an answer is packed. Files are packed already, and an event stream would be held back. An answer with
 * an ETag stays as it is: tags are versions here, which callers send back in `If-Match`, and a packed answer would need
 * another one.
 */
export function packing(request: IncomingMessage, route: RouteEntry, answer: InvokeAnswer): Packing {
  if (!isPackable(answer) || holdsSecrets(route)) return { headers: {}, through: undefined }
  const vary = { vary: varyWith(answer.headers.vary) }
  // Its types do not know the second argument yet, which decides among those that the caller likes equally.
  const negotiator = new Negotiator(request) as unknown as {
    encoding(available: readonly string[], options: { preferred: readonly string[] }): string | undefined
  }
  const chosen = negotiator.encoding([...encodings, 'identity'], { preferred: encodings })
  const encoding = encodings.find((one) => one === chosen)
  if (!encoding || request.method === 'HEAD') return { headers: vary, through: undefined }
  return { headers: { ...vary, 'content-encoding': encoding }, through: packers[encoding]() }
}

function isPackable({ status, headers }: InvokeAnswer): boolean {
  const length = headers['content-length']
  return (
    status === 200 &&
    headers.etag === undefined &&
    headers['content-encoding'] === undefined &&
    !String(headers['cache-control']).includes('no-transform') &&
    (length === undefined || Number(length) >= SMALLEST) &&
    /^(?:application\/(?:[\w.-]+\+)?json|application\/x-ndjson|text\/(?!event-stream))/.test(
      String(headers['content-type']),
    )
  )
}

const varyWith = (vary: string | string[] | undefined): string =>
  [...new Set([...[vary ?? []].flat(), 'accept-encoding'])].join(', ')
