import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { describeCheckout } from '../../checkout.ts'
import { readSettings } from '../../settings.ts'
import { eachAtOnce } from '../../system/each-at-once.ts'
import { run } from '../../system/run.ts'
import { cachedGoTools } from '../../tools/go-tools.ts'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { skaffold } from '../../tools/linters.ts'

const config = z.looseObject({
  build: z.looseObject({ artifacts: z.array(z.looseObject({ image: z.string() })) }),
  profiles: z.array(z.looseObject({ name: z.string() })),
})

/**
 * What skaffold says against its file: read in each profile, and rendered in each without building.
 * @throws {ToolMissing}
 */
export async function skaffoldFaults(root: string): Promise<string[]> {
  const checkout = describeCheckout(root, readSettings(root))
  const { skaffold: program } = await cachedGoTools(checkout, skaffold)
  const [helm] = await ensureHelms(checkout.settings.cache)
  const file = join(root, 'skaffold.yaml')
  const { build, profiles } = config.parse(parse(await readFile(file, 'utf8')))
  const images = build.artifacts.map(({ image }) => image)
  const folder = await mkdtemp(join(tmpdir(), 'alta-skaffold-'))
  try {
    const place = { program, helm: helm.path, root, file, folder }
    const found = await eachAtOnce(profiles, ({ name }) => renderBySkaffold(place, name, images))
    return found.flat()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export interface Place {
  /** Paths of skaffold and of a Helm. */
  readonly program: string
  readonly helm: string
  readonly root: string
  /** The file that is read. */
  readonly file: string
  /** Where skaffold may keep what it likes to keep. */
  readonly folder: string
}

/** @param images as if they had been built */
export async function renderBySkaffold(
  { program, helm, root, file, folder }: Place,
  profile: string,
  images: readonly string[],
): Promise<string[]> {
  const built = join(folder, `${profile}.json`)
  const builds = images.map((imageName) => ({ imageName, tag: `${imageName}:made-up` }))
  await writeFile(built, JSON.stringify({ builds }))
  const common = ['--filename', file, '--profile', profile]
  for (const args of [
    ['diagnose', '--yaml-only', ...common],
    [
      'render',
      '--offline',
      // As for kind, which it does not know to be the cluster: elsewhere it would ask the registry.
      '--digest-source=tag',
      '--build-artifacts',
      built,
      '--output',
      join(folder, `${profile}.yaml`),
      ...common,
    ],
  ]) {
    const { code, stdout, stderr } = await run(program, args, {
      cwd: root,
      env: {
        PATH: `${dirname(helm)}:${process.env.PATH}`,
        SKAFFOLD_CACHE_ARTIFACTS: 'false',
        SKAFFOLD_UPDATE_CHECK: 'false',
        HOME: folder,
      },
      timeout: 120_000,
    })
    if (code !== 0) return [`skaffold ${args[0]} -p ${profile}: ${`${stdout}${stderr}`.trim().slice(-2000)}`]
  }
  return []
}
