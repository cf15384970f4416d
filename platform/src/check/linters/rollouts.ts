import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeCheckout } from '../../checkout.ts'
import type { Manifest } from '../../manifests/objects.ts'
import type { Rendered } from '../../manifests/render.ts'
import { readSettings } from '../../settings.ts'
import { eachAtOnce } from '../../system/each-at-once.ts'
import { run } from '../../system/run.ts'
import { cachedGoTools } from '../../tools/go-tools.ts'
import { rollouts } from '../../tools/linters.ts'
import { rendersOf } from '../renders.ts'

/** Kinds that its linter looks at beside a Rollout. */
const withRollouts = ['Service', 'VirtualService', 'AnalysisTemplate']

/**
 * What Argo Rollouts itself says against each Rollout, together with what it refers to.
 * @throws {ToolMissing}
 */
export async function rolloutFaults(root: string): Promise<string[]> {
  const checkout = describeCheckout(root, readSettings(root))
  const { 'kubectl-argo-rollouts': program } = await cachedGoTools(checkout, rollouts)
  const { rendered } = await rendersOf(root)
  const found = await eachAtOnce(rolloutsOf(rendered), async ({ title, objects }) => {
    const said = await lintRollouts(program, objects)
    return said === '' ? [] : [`${title}: ${said}`]
  })
  return found.flat()
}

/** Each release with a Rollout, and the routes of its environment. */
const rolloutsOf = (rendered: readonly Rendered[]): { title: string; objects: Manifest[] }[] =>
  rendered
    .filter(({ manifests }) => manifests.some(({ kind }) => kind === 'Rollout'))
    .map(({ release, manifests }) => ({
      title: release.title,
      objects: [
        ...manifests.filter(({ kind }) => kind === 'Rollout' || withRollouts.includes(kind)),
        ...rendered
          .filter((other) => other.release.environment === release.environment && other.release !== release)
          .flatMap((other) => other.manifests.filter(({ kind }) => kind === 'VirtualService')),
      ],
    }))

/** @returns its words; empty when it has none */
export async function lintRollouts(program: string, objects: readonly Manifest[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alta-rollout-'))
  try {
    const file = join(folder, 'rollout.yaml')
    await writeFile(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'))
    const { code, stdout, stderr } = await run(program, ['lint', '-f', file], { timeout: 60_000 })
    return code === 0 ? '' : `${stdout}${stderr}`.trim() || `rollouts lint ended with ${code}`
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
