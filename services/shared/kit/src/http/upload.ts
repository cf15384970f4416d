import { Readable } from 'node:stream'
import busboy from 'busboy'
import type { Request } from 'express'
import { badRequest, Problem, payloadTooLarge, unsupportedMediaType } from '../errors.ts'
import type { FileStorage } from '../storage/storage.ts'
import { safeFileName } from './file-name.ts'
import { clientGone } from './json-body.ts'
import { headLength, mediaTypeOf } from './media-type.ts'
import type { ReceivedFile, UploadRule } from './route.ts'

/** Everything around the file: other fields, part headers, boundaries. */
const roomForTheRest = 2 ** 20
const limits = { files: 1, fields: 50, parts: 51, fieldSize: 64 * 1024, fieldNameSize: 100, headerPairs: 50 }

export interface ReceivedForm {
  /** Undefined when the form had no part named `file`. */
  readonly file: Omit<ReceivedFile, 'fields'> | undefined
  /** Not checked yet. A field that was sent twice is an array. */
  readonly fields: Readonly<Record<string, unknown>>
}

/**
 * Reads multipart/form-data: the part `file` goes straight to storage, after its first bytes have said
 * what it is. When anything fails or the caller goes away, nothing of it is left in storage, unless the
 * whole file had come; then it is an orphan, and the sweep of orphans takes it.
 * @throws {Problem} 400 `empty_file`, `malformed_multipart`, `too_many_parts`, `field_too_large`;
 *   413 `payload_too_large`; 415 `unsupported_media_type`
 */
export async function receiveForm(
  request: Request,
  rule: UploadRule,
  storage: FileStorage,
): Promise<ReceivedForm> {
  if (!request.is('multipart/form-data')) {
    throw unsupportedMediaType('The body has to be multipart/form-data.', ['multipart/form-data'])
  }
  if (Number(request.headers['content-length'] ?? 0) > rule.maximumBytes + roomForTheRest) {
    throw tooLarge(rule)
  }
  const parser = openParser(request)
  const fields = new Map<string, unknown>()
  let file: Promise<Omit<ReceivedFile, 'fields'>> | undefined

  try {
    await new Promise<void>((resolve, reject) => {
      parser.on('field', (name, value, info) => {
        if (info.nameTruncated || info.valueTruncated) {
          reject(
            badRequest(
              'field_too_large',
              `A form field may have ${limits.fieldSize} bytes, its name ${limits.fieldNameSize}.`,
            ),
          )
        }
        const earlier = fields.get(name)
        fields.set(name, earlier === undefined ? value : [earlier, value].flat())
      })
      parser.on('file', (name, stream, { filename }) => {
        if (name !== 'file') {
          stream.resume()
          reject(malformed(`The file has to be in the part "file", not "${safeFileName(name)}".`))
          return
        }
        file = take(stream, filename, rule, storage)
        file.catch(reject)
      })
      for (const exceeded of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const) {
        parser.on(exceeded, () =>
          reject(badRequest('too_many_parts', `A form may have 1 file and ${limits.fields} fields.`)),
        )
      }
      parser.on('error', (fault) =>
        reject(malformed('The form ends too early or is not well formed.', fault)),
      )
      parser.on('close', resolve)
      request.once('close', () => request.complete || reject(clientGone()))
      request.once('error', () => reject(clientGone()))
      request.pipe(parser)
    })
    return { file: await file, fields: Object.fromEntries(fields) }
  } catch (error) {
    request.unpipe(parser)
    // Ends the part that is being stored, which removes what there is of it.
    parser.destroy(error instanceof Error ? error : undefined)
    // The sidecar reads no answer before the whole request has been sent.
    request.resume()
    await file?.catch(() => undefined)
    throw error
  }
}

function openParser(request: Request): busboy.Busboy {
  try {
    return busboy({ headers: request.headers, limits, defParamCharset: 'utf8' })
  } catch (error) {
    throw malformed('The content type of the form has no usable boundary.', error)
  }
}

async function take(
  stream: Readable,
  fileName: string | undefined,
  rule: UploadRule,
  storage: FileStorage,
): Promise<Omit<ReceivedFile, 'fields'>> {
  const chunks = stream[Symbol.asyncIterator]()
  const head = await readHead(chunks)
  if (head.length === 0) throw badRequest('empty_file', 'The file has no bytes.')
  const mediaType = await mediaTypeOf(head)
  if (mediaType === undefined || !rule.accept.includes(mediaType)) {
    const found = mediaType === undefined ? 'of a type that is not known here' : mediaType
    throw unsupportedMediaType(`By its content the file is ${found}.`, rule.accept)
  }
  const whole = Readable.from(
    (async function* () {
      yield head
      yield* { [Symbol.asyncIterator]: () => chunks }
    })(),
    { objectMode: false },
  )
  try {
    const { sha256, size } = await storage.put(whole, { maximumBytes: rule.maximumBytes })
    return { sha256, size, mediaType, fileName: safeFileName(fileName) }
  } catch (error) {
    throw error instanceof Problem && error.status === 413 ? tooLarge(rule) : error
  }
}

async function readHead(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  const head: Buffer[] = []
  for (let size = 0; size < headLength; ) {
    const next = await chunks.next()
    if (next.done) break
    head.push(next.value)
    size += next.value.length
  }
  return Buffer.concat(head)
}

const tooLarge = ({ maximumBytes }: UploadRule): Problem =>
  payloadTooLarge(`The file is larger than ${maximumBytes} bytes.`, maximumBytes)

const malformed = (detail: string, cause?: unknown): Problem =>
  badRequest('malformed_multipart', detail, { cause })
