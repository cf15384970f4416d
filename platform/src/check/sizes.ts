import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { trackedFiles } from './tracked.ts'

const limit = 300
const endings = ['.ts', '.tsx', '.sh', '.yaml', '.yml']

/** Tests may list cases; generated files and lock files are nobody's reading. */
const exempt = (file: string): boolean => /\.test\.tsx?$|(^|\/)generated\/|pnpm-lock|^tests\//.test(file)

/** Files over 300 lines. A stated reason is a line `long because: …` among the first ten. */
export async function longFiles(root: string): Promise<string[]> {
  const long: string[] = []
  for (const file of await trackedFiles(root, endings)) {
    if (exempt(file)) continue
    const lines = (await readFile(join(root, file), 'utf8')).split('\n')
    const reasoned = lines.slice(0, 10).some((text) => text.includes('long because:'))
    if (lines.length - 1 > limit && !reasoned)
      long.push(`${file} has ${lines.length - 1} lines, more than ${limit}`)
  }
  return long
}
