import type { FieldFault } from '@alta/kit/errors'
import type { ErrorObject } from 'ajv/dist/2020.js'

/** @param part first word of each path, as the services name it: `params`, `query`, `headers`, `body` */
export function faultsOf(part: string, errors: readonly ErrorObject[]): FieldFault[] {
  const faults = errors.map((error) => ({ path: pathOf(part, error), message: messageOf(error) }))
  return [...new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault])).values()]
}

function pathOf(part: string, { instancePath, keyword, params }: ErrorObject): string {
  const parts = instancePath.split('/').slice(1).map(unescaped)
  if (keyword === 'required') parts.push(String(params.missingProperty))
  return [part, ...parts].join('.')
}

/** JSON Pointer's own escapes (RFC 6901). */
const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')

const counted = (limit: unknown, what: string): string => `${limit} ${what}${limit === 1 ? '' : 's'}`

const listed = (values: unknown): string => [values].flat().join(', ')

const messages: Readonly<Record<string, (params: Record<string, unknown>, format: unknown) => string>> = {
  required: () => 'Is required',
  type: ({ type }) => `Must be of the type ${listed(type)}`,
  enum: ({ allowedValues }) => `Must be one of ${listed(allowedValues)}`,
  const: ({ allowedValue }) => `Must be ${String(allowedValue)}`,
  minLength: ({ limit }) => `Must have at least ${counted(limit, 'character')}`,
  maxLength: ({ limit }) => `Must have at most ${counted(limit, 'character')}`,
  minItems: ({ limit }) => `Must have at least ${counted(limit, 'item')}`,
  maxItems: ({ limit }) => `Must have at most ${counted(limit, 'item')}`,
  minimum: ({ limit }) => `Must be at least ${limit}`,
  maximum: ({ limit }) => `Must be at most ${limit}`,
  exclusiveMinimum: ({ limit }) => `Must be more than ${limit}`,
  exclusiveMaximum: ({ limit }) => `Must be less than ${limit}`,
  pattern: (_params, format) =>
    typeof format === 'string' ? `Is no ${format}` : 'Does not have the right form',
  additionalProperties: ({ additionalProperty }) => `Has an unknown field: ${String(additionalProperty)}`,
}

const messageOf = ({ keyword, params, parentSchema }: ErrorObject): string =>
  messages[keyword]?.(params, parentSchema?.format) ?? 'Has none of the forms that are taken here'
