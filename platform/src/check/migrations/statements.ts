/**
 * Statements of a text of SQL, one by one, in lower case and with single spaces: without comments, without the quotes
 * of names, and with nothing left of what is quoted as text.
 */
export function statementsOf(sql: string): string[] {
  return sql
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
      found.startsWith('-') || found.startsWith('/') ? ' ' : "''",
    )
    .replaceAll('"', '')
    .toLowerCase()
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '')
}

/** Parts of a list at the commas that stand in no parentheses. */
export function partsOf(list: string): string[] {
  const parts = ['']
  let depth = 0
  for (const letter of list) {
    depth += letter === '(' ? 1 : letter === ')' ? -1 : 0
    if (letter === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts.map((part) => part.trim())
}

/** `documents.projects` is projects: each service has one schema. */
export const nameOf = (name: string): string => name.split('.').at(-1) ?? name

/** Names of what the statements make: tables, views, functions, sequences, types. */
export function namesMade(statements: readonly string[]): string[] {
  const made =
    /^create (?:or replace )?(?:unlogged )?(?:materialized )?(?:table|view|function|procedure|sequence|type) (?:if not exists )?([\w.]+)/
  return statements.flatMap((statement) => {
    const [, name] = made.exec(statement) ?? []
    return name ? [nameOf(name)] : []
  })
}
