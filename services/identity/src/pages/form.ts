import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { badRequest, forbidden, type Problem, payloadTooLarge, unsupportedMediaType } from '@alta/kit/errors'
import { keyFor } from '@alta/kit/sealing'
import { hidden } from './fields.ts'
import type { Html } from './html.ts'

const MAXIMUM_BYTES = 16 * 1024

/**
 * The fields of a form that was sent. Of several of one name the first counts.
 * @throws {Problem} 400 `invalid_form`, 403 `foreign_form`, 413 `payload_too_large`, 415 `unsupported_media_type`
 */
export async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  // Browsers say where a form was; whoever says nothing is no browser that could be misled.
  const from = request.headers['sec-fetch-site']
  if (from !== undefined && from !== 'same-origin' && from !== 'none') throw foreignForm()
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw unsupportedMediaType('This takes a form.', ['application/x-www-form-urlencoded'])
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAXIMUM_BYTES)
      throw payloadTooLarge(`A form has at most ${MAXIMUM_BYTES} bytes.`, MAXIMUM_BYTES)
    chunks.push(chunk)
  }
  const form = new URLSearchParams(Buffer.concat(chunks).toString())
  const fields = new Map<string, string>()
  for (const [name, value] of form) {
    if (value.includes('\0')) throw badRequest('invalid_form', 'A field has characters that it may not have.')
    if (!fields.has(name)) fields.set(name, value)
  }
  return fields
}

export interface FormTokens {
  /** A hidden field that shows that a form is ours and for this. */
  field(subject: string): Html
  /** @throws {Problem} 403 `foreign_form` */
  insist(form: ReadonlyMap<string, string>, subject: string): void
}

/** Keeps forms of other sites out, beside the cookies that come from our own pages alone. */
export function formTokens(secret: string): FormTokens {
  const key = keyFor('alta identity: forms', secret)
  const tokenFor = (subject: string): string => createHmac('sha256', key).update(subject).digest('base64url')
  return {
    field: (subject) => hidden('form', tokenFor(subject)),
    insist(form, subject) {
      const shown = Buffer.from(form.get('form') ?? '')
      const expected = Buffer.from(tokenFor(subject))
      if (shown.length !== expected.length || !timingSafeEqual(shown, expected)) {
        throw foreignForm()
      }
    },
  }
}

const foreignForm = (): Problem =>
  forbidden('foreign_form', 'This form does not come from this page. Open the page once more.')
