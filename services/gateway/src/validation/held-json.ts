import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { badRequest, Problem, payloadTooLarge, unsupportedMediaType } from '@alta/kit/errors'
import { clientGone, tame } from '@alta/kit/http/json-body'
import { type BodyRule, limitedBody } from '../edge/request-body.ts'

export interface HeldJson {
  value: unknown
  /** As they are sent on: unpacked, and otherwise as they came. */
  bytes: Buffer
}

const unpackers = {
  gzip: promisify<Buffer, object, Buffer>(gunzip),
  deflate: promisify<Buffer, object, Buffer>(inflate),
  br: promisify<Buffer, object, Buffer>(brotliDecompress),
} as const

/**
 * Reads a JSON body whole, as a service would.
 * @throws {Problem} 400 `invalid_json`, 408 `request_timeout`, 413 `payload_too_large`, 415 `unsupported_media_type`
 */
export async function heldJson(request: IncomingMessage, rule: BodyRule): Promise<HeldJson> {
  const encoding = encodingOf(request)
  refuseOtherMedia(request)
  const packed = await buffer(limitedBody(request, 'json', rule)).catch((error: unknown) => {
    if (error instanceof Problem) throw error
    throw clientGone()
  })
  const bytes = encoding === undefined ? packed : await unpacked(packed, encoding, rule.maximumBytes)
  return { bytes, value: tame(parsed(bytes)) }
}

function encodingOf({ headers }: IncomingMessage): keyof typeof unpackers | undefined {
  const named = (headers['content-encoding'] ?? 'identity').toLowerCase()
  if (named === 'identity') return undefined
  const known = (Object.keys(unpackers) as (keyof typeof unpackers)[]).find((each) => each === named)
  if (known) return known
  throw unsupportedMediaType('The body has an unknown content encoding.', [
    'identity',
    ...Object.keys(unpackers),
  ])
}

function refuseOtherMedia({ headers }: IncomingMessage): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  if (!/^application\/(?:[^\s/]+\+)?json$/.test(type.trim()))
    throw unsupportedMediaType('The body has to be JSON.', ['application/json'])
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='))
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))
    throw unsupportedMediaType('The body has to be UTF-8.', ['application/json; charset=utf-8'])
}

async function unpacked(packed: Buffer, encoding: keyof typeof unpackers, room: number): Promise<Buffer> {
  try {
    return await unpackers[encoding](packed, { maxOutputLength: room })
  } catch (error) {
    if (error instanceof RangeError) throw payloadTooLarge(`The body is larger than ${room} bytes.`, room)
    throw badRequest('invalid_json', 'The body cannot be read.', { cause: error })
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parsed(bytes: Buffer): unknown {
  // As the parser of the services has it.
  if (bytes.length === 0) return {}
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch (error) {
    throw badRequest('invalid_json', 'The body is not valid JSON.', { cause: error })
  }
}
