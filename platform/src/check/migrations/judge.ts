import { nameOf, partsOf } from './statements.ts'
import type { Uses } from './uses.ts'

/** The database as the last release left it, and what that release names of it. */
export interface Standing {
  readonly made: ReadonlySet<string>
  readonly uses: Uses
}

const later = 'stop using it in one release and remove it in the next'
const beside = 'add a new one beside it, fill it, use it, and remove the old one in a later release'

/**
 * Why a statement breaks the last release, whose services go on with the new schema while they are replaced, or holds
 * them up. What the last release did not have may be treated in any way.
 */
export function faultsOf(statement: string, standing: Standing, inTransaction: boolean): string[] {
  const isConcurrent = / concurrently /.test(statement)
  if (isConcurrent && inTransaction)
    return ['cannot run in a transaction: export const transaction = false from a migration of its own']
  if (!isConcurrent && !inTransaction)
    return ['half of it would stay when it fails: outside of a transaction only what is made concurrently']
  if (statement.startsWith('do ')) return ['a do block cannot be judged: write its statements']
  return [
    ...dropped(statement, standing),
    ...altered(statement, standing),
    ...locked(statement, standing),
    ...(/^alter (?!table|index).* rename /.test(statement) ? [`renames what is in use: ${beside}`] : []),
  ]
}

function dropped(statement: string, { uses }: Standing): string[] {
  const [, list = ''] =
    /^drop (?:table|view|materialized view|function|procedure|sequence|type) (?:if exists )?(.+)$/.exec(
      statement,
    ) ?? []
  if (/^drop schema /.test(statement)) return ['drops a schema']
  return partsOf(list)
    .map((name) => nameOf(/^[\w.]+/.exec(name)?.[0] ?? ''))
    .filter((name) => name in uses)
    .map((name) => `drops ${name}, which the last release uses: ${later}`)
}

function locked(statement: string, { made }: Standing): string[] {
  const [, table] =
    /^create (?:unique )?index (?!concurrently).*?\bon (?:only )?([\w.]+)/.exec(statement) ??
    /^truncate (?:table )?(?:only )?([\w.]+)/.exec(statement) ??
    []
  if (!table || !made.has(nameOf(table))) return []
  return statement.startsWith('truncate')
    ? [`empties ${nameOf(table)}, which the last release has`]
    : [`nobody writes to ${nameOf(table)} while the index is made: create index concurrently`]
}

function altered(statement: string, standing: Standing): string[] {
  const [, name = '', actions = ''] =
    /^alter table (?:if exists )?(?:only )?([\w.]+) (.+)$/.exec(statement) ?? []
  const table = nameOf(name)
  if (!standing.made.has(table)) return []
  return partsOf(actions).flatMap((action) => faultOf(action, table, standing.uses[table] ?? {}) ?? [])
}

/** @param columns of the table, as the last release knows them */
function faultOf(action: string, table: string, columns: Uses[string]): string | undefined {
  const typeOf = (column: string): string | undefined => columns[column] ?? columns['*']
  const column = (pattern: RegExp): string | undefined => pattern.exec(action)?.[1]

  const gone = column(/^drop (?!constraint )(?:column )?(?:if exists )?(\w+)/)
  if (gone && typeOf(gone) !== undefined)
    return `drops ${table}.${gone}, which the last release uses: ${later}`

  if (/^rename (?!constraint )/.test(action) || /^set schema /.test(action))
    return `renames in ${table} what the last release uses: ${beside}`

  const retyped = column(/^alter (?:column )?(\w+) (?:set data )?type /)
  if (retyped) return `changes the type of ${table}.${retyped}, and locks the table meanwhile: ${beside}`

  const added = column(/^add (?:column )?(?:if not exists )?(\w+) .*\bnot null\b/)
  if (added && !/\b(default|generated)\b/.test(action) && !isConstraint(action))
    return `adds ${table}.${added} as not null; the last release inserts rows without it: give it a default`

  const required = column(/^alter (?:column )?(\w+) set not null/)
  if (required && /^$|\b(null|undefined)\b/.test(typeOf(required) ?? ''))
    return `requires ${table}.${required}, which the last release leaves out: write it always in one release, require it in the next`

  const bare = column(/^alter (?:column )?(\w+) drop default/)
  if (bare && /^$|\b(Generated|undefined)\b/.test(typeOf(bare) ?? 'gone'))
    return `takes the default of ${table}.${bare}, on which the last release relies: ${later}`

  if (isConstraint(action) && !/ not valid$| using index /.test(action))
    return `reads all of ${table} under a lock: add the constraint as not valid (a unique one using an index) and validate it in a later migration`
  return undefined
}

const isConstraint = (action: string): boolean =>
  /^add (constraint|check|foreign key|unique|primary key|exclude)\b/.test(action)
