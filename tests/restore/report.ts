import { readFile, writeFile } from 'node:fs/promises'
import { alignTable } from '../../platform/src/console/table.ts'
import type { Finding } from './reconcile.ts'
import type { compared } from './snapshot.ts'

export interface Report {
  readonly steps: readonly { readonly what: string; readonly seconds: number }[]
  readonly restored: ReturnType<typeof compared>
  readonly findings: readonly Finding[]
}

const tablesOf = ({ steps, restored, findings }: Report): string[][][] => [
  [['step', 'seconds'], ...steps.map(({ what, seconds }) => [what, seconds.toFixed(1)])],
  [
    ['rows of', 'at the moment', 'in the restored database', 'differences'],
    ...restored.map(({ name, before, after, differences }) => [name, before, after, differences].map(String)),
  ],
  [
    ['after the replay', 'of', 'differences'],
    ...findings.map(({ what, of, differences }) => [what, String(of), String(differences)]),
  ],
]

export const differencesOf = ({ restored, findings }: Report): number =>
  [...restored, ...findings].reduce((sum, { differences }) => sum + differences, 0)

export const printed = (report: Report): string =>
  tablesOf(report)
    .map((rows) => alignTable(rows))
    .join('\n\n')

const markdown = ([heading = [], ...rows]: string[][]): string =>
  [heading, heading.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const markers = /(<!-- restore-drill:start -->\n)[\s\S]*?(<!-- restore-drill:end -->)/

/** Puts the tables between the markers of a document. */
export async function writeReport(path: string, report: Report): Promise<void> {
  const text = await readFile(path, 'utf8')
  if (!markers.test(text)) throw new Error(`${path} has no place for the report of the restore drill`)
  const tables = tablesOf(report).map(markdown).join('\n\n')
  await writeFile(
    path,
    text.replace(markers, (_all, start, end) => `${start}${tables}\n${end}`),
  )
}
