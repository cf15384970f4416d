import { reason } from '../console/steps.ts'
import { generate, staleFiles } from '../generate/files.ts'
import { run } from '../system/run.ts'
import { brokenLinks } from './links.ts'
import { longFiles } from './sizes.ts'

export interface Check {
  readonly name: string
  /** The faults as text to print; empty when there are none. */
  work(root: string): Promise<string>
}

const tool = (name: string, args: readonly string[]): Check => ({
  name,
  async work(root) {
    const { code, stdout, stderr } = await run('pnpm', ['exec', ...args], { cwd: root, timeout: 300_000 })
    return code === 0 ? '' : `${stdout}${stderr}`.trimEnd() || `exit code ${code}`
  },
})

const own = (name: string, work: (root: string) => Promise<readonly string[]>): Check => ({
  name,
  work: async (root) => {
    try {
      return (await work(root)).map((fault) => `    ${fault}`).join('\n')
    } catch (error) {
      return `    ${reason(error)}`
    }
  },
})

/** `make check`, in the order in which the answers come fastest. */
export const checks: readonly Check[] = [
  own('generated', async (root) =>
    (await staleFiles(root, await generate(root))).map((path) => `${path} is stale: make generate`),
  ),
  own('file sizes', longFiles),
  own('links', brokenLinks),
  tool('format, lint', ['biome', 'check', '.']),
  tool('types', ['tsc', '-p', '.']),
  tool('unused', ['knip', '--no-progress']),
]
