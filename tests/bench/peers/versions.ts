import { readFileSync } from 'node:fs'
import { run } from '../../../platform/src/system/run.ts'
import { packages } from './celery/celery.ts'

/** Of an npm package as it is installed for the tests. */
export function versionOf(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')).version
}

/** Debian's Python packages of the users' stack with their versions; `none` where they are not installed. */
export async function pythonVersions(): Promise<string> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these in
  const { stdout } = await run('dpkg-query', ['-W', '-f', '${Package} ${Version}\n', 'python3', ...packages])
  return stdout.trim().split('\n').join(', ') || 'none'
}
