import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Checkout } from '../checkout.ts'
import { hashOf } from '../cluster/images/hash.ts'
import { type Say, StepFailed } from '../console/steps.ts'
import { waitForClaim } from '../system/mutex.ts'
import { readIfThere } from '../system/read-if-there.ts'
import { run } from '../system/run.ts'

const folder = 'services/console'
const packageFile = z.object({ scripts: z.record(z.string(), z.string()).optional() })

/** Where the gateway finds the built console, relative to the checkout. */
export const consoleBuild = `${folder}/dist`

/** What a build is made of; the kit and the contracts, because it imports from them. */
const sources = [
  ...['src', 'public', 'index.html', 'package.json', 'tsconfig.json', 'vite.config.ts'].map(
    (name) => `${folder}/${name}`,
  ),
  'services/shared/kit/src',
  'services/shared/contracts/src',
  'pnpm-lock.yaml',
]

/** Whether there is a console to build in this checkout. */
export async function hasConsole(root: string): Promise<boolean> {
  const text = await readIfThere(join(root, folder, 'package.json'))
  return text !== undefined && packageFile.parse(JSON.parse(text)).scripts?.build !== undefined
}

/** Changes whenever the console would come out otherwise. */
export const digestOfConsole = (root: string): Promise<string> =>
  hashOf(sources.map((path) => join(root, path)).filter((path) => existsSync(path)))

/**
 * Builds the web console, unless what it is made of is as it was.
 * @throws {StepFailed} with the last lines of the build
 */
export async function ensureConsole({ root, id }: Checkout, say: Say): Promise<void> {
  if (!(await hasConsole(root))) return
  // Instances of a checkout, which their ids end with, share its build.
  const checkout = id.split('_', 2).join('_')
  const turn = await waitForClaim(`console-${checkout}`, () =>
    say('another command of this checkout builds it'),
  )
  try {
    const noted = join(root, '.alta/console.digest')
    const digest = await digestOfConsole(root)
    const isThere = existsSync(join(root, consoleBuild, 'index.html'))
    if (isThere && (await readIfThere(noted))?.trim() === digest) return say('as built before')
    say('building')
    const began = Date.now()
    const { code, stdout, stderr } = await run('pnpm', ['--filter', '@alta/console', 'build'], {
      cwd: root,
      timeout: 600_000,
    })
    if (code !== 0) {
      const last = `${stdout}${stderr}`.trimEnd().split('\n').slice(-12).join('\n')
      throw new StepFailed(`the build ended with ${code}:\n${last}`, 'pnpm --filter @alta/console build')
    }
    await mkdir(join(root, '.alta'), { recursive: true })
    await writeFile(noted, `${digest}\n`)
    say(`built in ${((Date.now() - began) / 1000).toFixed(0)} s`)
  } finally {
    turn.release()
  }
}
