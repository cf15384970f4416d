import { readFile, writeFile } from 'node:fs/promises'
import { alignTable } from '../../platform/src/console/table.ts'
import { nameOf } from './alerts.ts'
import type { Performed, Tried } from './perform.ts'
import type { Seen } from './users.ts'

const seconds = (value: number | undefined): string => (value === undefined ? 'never' : value.toFixed(0))

const sawOf = ({ good, bad, slowestMs }: Seen): string => {
  const refused = [...bad].map(([status, count]) => `${count} × ${status === 'none' ? 'no answer' : status}`)
  return [`${good} good`, ...refused, `slowest ${(slowestMs / 1_000).toFixed(1)} s`].join(', ')
}

const headings = {
  alerts: ['alert', 'fault', 'sped up', 'fires after s', 'over after s'],
  faults: ['fault', 'people saw meanwhile', 'carried through again after s', 'fired besides'],
}

type Part = keyof typeof headings
const parts = ['alerts', 'faults'] as const satisfies readonly Part[]
type Tables = Readonly<Record<Part, readonly (readonly string[])[]>>

/** One row for each alert that was waited for. */
export const alertRows = ({ drill, alerts }: Tried): string[][] =>
  alerts.map(({ expected, fires, over }) => [
    nameOf(expected),
    expected.afterwards ? `${drill.what}; counted from its end` : drill.what,
    expected.speed ? `${expected.speed} ×` : 'no',
    seconds(fires),
    seconds(over),
  ])

export const tablesOf = (performed: readonly Performed[]): Tables => ({
  alerts: performed.flatMap(alertRows),
  faults: performed.map(({ drill, seen, back, others }) => [
    drill.what,
    sawOf(seen),
    seconds(back),
    others.join(', ') || '–',
  ]),
})

export const printed = (tables: Tables): string =>
  parts
    .flatMap((part) => (tables[part].length > 0 ? [alignTable([headings[part], ...tables[part]])] : []))
    .join('\n\n')

const markdown = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `| ${row.join(' | ')} |`).join('\n')

/**
 * Puts what was measured between the markers of a document, in the order of the list; what was not tried now keeps
 * the row that it has, as long as it is in the list.
 * @param list first cells of all rows that there are, in their order
 */
export async function writeReport(
  path: string,
  tables: Tables,
  list: Readonly<Record<Part, readonly string[]>>,
): Promise<void> {
  let text = await readFile(path, 'utf8')
  for (const part of parts) {
    const markers = new RegExp(`(<!-- drill-${part}:start -->\\n)([\\s\\S]*?)(<!-- drill-${part}:end -->)`)
    const [, , before] = markers.exec(text) ?? []
    if (before === undefined) throw new Error(`${path} has no place for the table of ${part}`)
    const known = before
      .split('\n')
      .slice(2)
      .filter((line) => line.startsWith('| '))
      .map((line) => line.slice(2, -2).split(' | '))
    const rows = new Map([...known, ...tables[part]].map((row) => [row[0] ?? '', row]))
    const heading = headings[part]
    const table = markdown([
      heading,
      heading.map(() => '---'),
      ...list[part].flatMap((name) => (rows.has(name) ? [rows.get(name) ?? []] : [])),
    ])
    text = text.replace(markers, (_all, start, _old, end) => `${start}${table}\n${end}`)
  }
  await writeFile(path, text)
}
