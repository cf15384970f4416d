/** Columns of a table by their types in TypeScript; `*` where no file says which columns there are. */
export type Columns = Readonly<Record<string, string>>
/** What code names of what its migrations have made. A name without columns is one of a function, a view and the like. */
export type Uses = Readonly<Record<string, Columns>>

/**
 * What of these names the sources say. A table's columns are those of every type that some file gives to a member of
 * the table's name: rather a column too many than one too few.
 * @param sources texts of a service and of the kit, without tests and migrations
 */
export function usesOf(names: readonly string[], sources: readonly string[]): Uses {
  const used = names.filter((name) => sources.some((text) => new RegExp(`\\b${name}\\b`).test(text)))
  return Object.fromEntries(used.sort().map((name) => [name, columnsOf(name, sources)]))
}

function columnsOf(table: string, sources: readonly string[]): Columns {
  const bodies = sources.flatMap((text) =>
    [...text.matchAll(new RegExp(`^\\s*${table}: (?:(\\w+)|\\{)$`, 'gm'))].flatMap((found) =>
      found[1] ? sources.flatMap((other) => interfaceOf(other, found[1] ?? '')) : bodyAt(text, found.index),
    ),
  )
  const columns = bodies.flatMap((body) =>
    [...body.matchAll(/^\s*(\w+)\??: (.+)$/gm)].map(([, name = '', type = '']) => [name, type] as const),
  )
  return columns.length > 0 ? Object.fromEntries(columns) : { '*': '' }
}

function interfaceOf(text: string, name: string): string[] {
  const at = new RegExp(`^(?:export )?(?:interface ${name}\\b[^{]*|type ${name} = )\\{$`, 'm').exec(text)
  return at ? bodyAt(text, at.index) : []
}

/** What stands between the braces that open on the line at this place. */
function bodyAt(text: string, index: number): string[] {
  const start = text.indexOf('{', index)
  let depth = 0
  for (let at = start; at < text.length; at++) {
    depth += text[at] === '{' ? 1 : text[at] === '}' ? -1 : 0
    if (depth === 0) return [text.slice(start + 1, at)]
  }
  return []
}
