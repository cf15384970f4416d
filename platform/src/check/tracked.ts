import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../system/run.ts'

/** Files of the repository, new ones included and ignored ones left out, ending in one of these. */
export async function trackedFiles(root: string, endings: readonly string[]): Promise<string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const { code, stdout, stderr } = await run('git', ['-c', 'safe.directory=*', ...args], { cwd: root })
  if (code !== 0) throw new Error(`git ls-files: ${stderr.trim()}`)
  const files = stdout
    .split('\0')
    .filter((file) => file !== '' && endings.some((ending) => file.endsWith(ending)))
  return files.filter((file) => existsSync(join(root, file))).sort()
}
