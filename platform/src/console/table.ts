import { stripVTControlCharacters } from 'node:util'

/** Columns padded to equal width, two spaces apart; the first row is the heading. */
export function alignTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

// Terminal columns: colours and combining marks do not count.
const width = (text: string): number => [...stripVTControlCharacters(text).replace(/\p{M}/gu, '')].length
