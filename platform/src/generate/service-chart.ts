import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Who calls whom; hand-written, and read by both charts. */
const callTable = 'charts/platform/files/calls.yaml'

/** A chart cannot read outside of its own folder, so the one of services carries a copy. */
export async function serviceChartFiles(root: string): Promise<[path: string, text: string][]> {
  const source = join(root, callTable)
  if (!existsSync(source)) return []
  return [['charts/service/files/calls.yaml', await readFile(source, 'utf8')]]
}
