import { badRequest } from '@alta/kit/errors'
import { isStorable } from '@alta/kit/storage/storable'
import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { groupStatuses, letterStatuses } from './dead-letter.tables.ts'

const word = z.string().min(1).max(500).refine(isStorable, 'cannot be searched for')
/** A list; a single value is taken for a list of one, as a query that names it once gives it. */
function oneOrMore<Value>(value: z.ZodType<Value, Value>) {
  const list = z.array(value).min(1).max(50)
  return z
    .union([list, value])
    .transform((given) => (Array.isArray(given) ? given : [given]))
    .pipe(list)
}

const field = z
  .strictObject({
    path: word.describe('Dotted path in the event, such as `data.projectId` or `source`'),
    is: word.describe('The value, as text'),
  })
  .describe('A field of the event that has a value')

/** Of several values of one name any will do, but of `field` all; everything that is named must fit. */
const conditions = {
  app: oneOrMore(word).optional(),
  topic: oneOrMore(word).optional(),
  handler: oneOrMore(word).optional(),
  errorClass: oneOrMore(word).optional(),
  status: oneOrMore(z.enum(letterStatuses)).optional().describe('Of the message'),
  groupStatus: oneOrMore(z.enum(groupStatuses)).optional(),
  correlationId: oneOrMore(word).optional(),
  text: word.optional().describe('Part of the message of the error or of the event, in any case of letters'),
  field: oneOrMore(field).optional(),
}
const times = {
  from: z.iso.datetime({ offset: true }).optional().describe('Failed last at this time or later'),
  to: z.iso.datetime({ offset: true }).optional().describe('Failed last before this time'),
}

export const filter = z.strictObject({
  ...conditions,
  ...times,
  not: z.strictObject(conditions).optional().describe('None of these may fit'),
})
export type Filter = z.infer<typeof filter>

/** Says nothing at all, and so would match everything. */
export const isEmpty = ({ not, ...rest }: Filter): boolean =>
  [...Object.values(rest), ...Object.values(not ?? {})].every((value) => value === undefined)

const fieldInQuery = z
  .string()
  .max(1000)
  .regex(/^[^=]+=.+$/s, 'must be path=value')
const inQuery = { ...conditions, field: oneOrMore(fieldInQuery).optional() }

/** The same filter as query parameters: `app=ocr&not.errorClass=TypeError&field=data.projectId=…`. */
export const filterQuery = {
  ...inQuery,
  ...times,
  'not.app': inQuery.app,
  'not.topic': inQuery.topic,
  'not.handler': inQuery.handler,
  'not.errorClass': inQuery.errorClass,
  'not.status': inQuery.status,
  'not.groupStatus': inQuery.groupStatus,
  'not.correlationId': inQuery.correlationId,
  'not.text': inQuery.text,
  'not.field': inQuery.field,
}
const wholeQuery = z.object(filterQuery)

/** @throws {Problem} 400 `validation_failed` for what only the whole can tell, such as a field without its value */
export function filterOfQuery(query: z.output<typeof wholeQuery>): Filter {
  const plain: Record<string, unknown> = {}
  const not: Record<string, unknown> = {}
  // The keys of the schema are those of what it reads, and those that end with "field" are of one type.
  for (const name of Object.keys(wholeQuery.shape) as (keyof typeof query)[]) {
    const value = name.endsWith('field') ? query[name as 'field']?.map(asField) : query[name]
    if (value === undefined) continue
    if (name.startsWith('not.')) not[name.slice('not.'.length)] = value
    else plain[name] = value
  }
  const read = filter.safeParse(Object.keys(not).length > 0 ? { ...plain, not } : plain)
  if (read.success) return read.data
  const errors = read.error.issues.map(({ path, message }) => ({ path: `query.${path.join('.')}`, message }))
  throw badRequest('validation_failed', 'The filter is not valid: see errors.', { errors })
}

function asField(text: string) {
  const at = text.indexOf('=')
  return { path: text.slice(0, at), is: text.slice(at + 1) }
}

/** A condition over `d` (dead_letters) and `g` (dead_letter_groups). */
export function matches(wanted: Filter): RawBuilder<unknown> {
  const { from, to, not = {}, ...fits } = wanted
  const parts = [
    ...each(fits),
    ...each(not).map((part) => sql`not ${part}`),
    ...(from === undefined ? [] : [sql`d.last_failed_at >= ${new Date(from)}`]),
    ...(to === undefined ? [] : [sql`d.last_failed_at < ${new Date(to)}`]),
  ]
  return parts.length === 0 ? sql`true` : sql`(${sql.join(parts, sql` and `)})`
}

type Conditions = Omit<Filter, 'from' | 'to' | 'not'>

/** Each is true or false and never null, so that it can be turned round. */
function* conditionsOf(wanted: Conditions): Generator<RawBuilder<unknown>> {
  const { app, topic, handler, errorClass, status, groupStatus, correlationId, text, field: fields } = wanted
  if (app) yield sql`d.app = any (${app})`
  if (topic) yield sql`d.topic = any (${topic})`
  if (handler) yield sql`d.handler = any (${handler})`
  if (errorClass) yield sql`d.error_class = any (${errorClass})`
  if (status) yield sql`d.status = any (${status})`
  if (groupStatus) yield sql`g.status = any (${groupStatus})`
  if (correlationId) yield sql`coalesce(d.correlation_id = any (${correlationId}), false)`
  if (text !== undefined) {
    const lower = text.toLowerCase()
    yield sql`(position(${lower} in lower(d.error_class || ' ' || d.message)) > 0
      or position(${lower} in lower(coalesce(d.event, d.body))) > 0)`
  }
  for (const { path, is } of fields ?? []) {
    yield sql`coalesce(d.content #>> ${path.split('.')}::text[] = ${is}, false)`
  }
}

const each = (wanted: Conditions): RawBuilder<unknown>[] => [...conditionsOf(wanted)]
