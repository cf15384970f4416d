import express, { type Request, type Response } from 'express'
import { badRequest, type FieldFault, Problem, payloadTooLarge, unsupportedMediaType } from '../errors.ts'
import { isStorable } from '../storage/storable.ts'
import { validationFailed } from './validation.ts'

export const standardMaximumBytes = 2 ** 20

/** Deeper than any of our schemas; shallow enough for every recursive reader of the value. */
const maximumDepth = 64

/**
 * The JSON body, or undefined when the request has none.
 * @throws {Problem} 400 `invalid_json`, `validation_failed` for text that cannot be stored, 413 `payload_too_large`, 415 `unsupported_media_type`
 */
export async function readJsonBody(
  request: Request,
  response: Response,
  maximumBytes = standardMaximumBytes,
): Promise<unknown> {
  if (!hasBody(request)) return undefined
  if (!request.is(['application/json', 'application/*+json'])) {
    throw unsupportedMediaType('The body has to be JSON.', ['application/json'])
  }
  // RFC 8259 knows no other; in UTF-7 what looks like a letter to one program is a bracket to the next.
  if (!/^utf-?8$/i.test(charsetOf(request) ?? 'utf-8')) throw notUtf8()
  const parse = express.json({ limit: maximumBytes, strict: false, type: () => true })
  await new Promise<void>((resolve, reject) => {
    parse(request, response, (fault?: unknown) =>
      fault ? reject(asProblem(fault, maximumBytes)) : resolve(),
    )
  })
  return tame(request.body)
}

const charsetOf = (request: Request): string | undefined =>
  /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(request.get('content-type') ?? '')?.[1]

const notUtf8 = (): Problem =>
  unsupportedMediaType('The body has to be UTF-8.', ['application/json; charset=utf-8'])

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/**
 * Without `__proto__` anywhere, which some code that copies the value would take for its prototype; and without
 * text that PostgreSQL refuses, which would fail here or, worse, in every service that hears of it later.
 * @throws {Problem} 400 `invalid_json` for what is nested too deep, `validation_failed` for such text
 */
export function tame(value: unknown): unknown {
  const faults: FieldFault[] = []
  const check = (text: string, path: string): void => {
    if (!isStorable(text)) faults.push({ path, message: 'Must be well-formed Unicode without NUL' })
  }
  const open: { value: unknown; depth: number; path: string }[] = [{ value, depth: 1, path: 'body' }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { depth, path } = next
    if (typeof next.value === 'string') check(next.value, path)
    if (typeof next.value !== 'object' || next.value === null) continue
    if (depth > maximumDepth) {
      throw badRequest('invalid_json', `The JSON is nested deeper than ${maximumDepth} levels.`)
    }
    if (Object.hasOwn(next.value, '__proto__')) Reflect.deleteProperty(next.value, '__proto__')
    for (const [name, inner] of Object.entries(next.value)) {
      check(name, path)
      // Exact characters count in a password, and it is hashed, never stored.
      if (typeof inner === 'string' && /password$/i.test(name)) continue
      open.push({ value: inner, depth: depth + 1, path: `${path}.${name}` })
    }
  }
  if (faults.length > 0) throw validationFailed(faults)
  return value
}

function asProblem(fault: unknown, maximumBytes: number): unknown {
  const type = fault instanceof Error && 'type' in fault ? fault.type : undefined
  switch (type) {
    case 'entity.parse.failed':
    case 'request.size.invalid':
      return badRequest('invalid_json', 'The body is not valid JSON.', { cause: fault })
    case 'entity.too.large':
      return payloadTooLarge(`The body is larger than ${maximumBytes} bytes.`, maximumBytes)
    case 'charset.unsupported':
      return notUtf8()
    case 'encoding.unsupported':
      return unsupportedMediaType('The body has an unknown content encoding.', [
        'identity',
        'gzip',
        'deflate',
        'br',
      ])
    case 'request.aborted':
      return clientGone()
    default:
      // A broken gzip stream and the like: the parser marks what the caller did wrong with a 4xx status.
      return fault instanceof Error && 'status' in fault && fault.status === 400
        ? badRequest('invalid_json', 'The body cannot be read.', { cause: fault })
        : fault
  }
}

/** Nobody reads this answer; the number is the one nginx made usual for it. */
export const clientGone = (): Problem =>
  new Problem({ status: 499, code: 'client_gone', detail: 'The caller went away.', title: 'Client gone' })
