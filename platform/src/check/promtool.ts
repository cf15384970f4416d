import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { alertsFolder } from '../observe/expressions.ts'
import { run, which } from '../system/run.ts'
import { ToolMissing } from '../tools/missing.ts'

/**
 * Prometheus' own word on the rules, and the tests of every alert. promtool is Debian's: `make test` and `make observe`
 * install it, nothing else does.
 * @returns what promtool complains about
 * @throws {ToolMissing}
 */
export async function promtoolFaults(root: string): Promise<string[]> {
  const promtool = await which('promtool')
  if (!promtool) throw new ToolMissing('promtool is not here', 'sudo apt-get install prometheus')
  const folder = join(root, alertsFolder)
  const [rules, tests] = await Promise.all([yamlIn(folder), yamlIn(join(folder, 'tests'))])
  const checked = await run(promtool, ['check', 'rules', ...rules])
  if (checked.code !== 0) return [checked.stdout + checked.stderr]
  // Beside each other: those of the objectives take longest.
  const runs = await Promise.all(
    tests.map((file) => run(promtool, ['test', 'rules', file], { timeout: 600_000 })),
  )
  return runs.filter(({ code }) => code !== 0).map(({ stdout, stderr }) => stdout + stderr)
}

const yamlIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.yaml')).map((name) => join(folder, name))
