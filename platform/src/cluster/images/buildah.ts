import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { StepFailed } from '../../console/steps.ts'
import { run } from '../../system/run.ts'

/** Builds images without a daemon, in a storage of its own below the user's cache: root only. */
export interface Buildah {
  /**
   * Builds a Dockerfile.
   * @param build.context folder that COPY reads from
   * @throws {StepFailed} with the last lines of the build
   */
  build(build: {
    readonly file: string
    readonly context: string
    readonly tag: string
    readonly target?: string
    readonly args?: Readonly<Record<string, string>>
    /** Folders of this machine, by where they are in the build. */
    readonly mounts?: Readonly<Record<string, string>>
  }): Promise<void>
  /** An image whose only layer is a folder. */
  fromFolder(folder: string, tag: string): Promise<void>
  has(tag: string): Promise<boolean>
  /** Writes an archive that `ctr images import` reads. */
  save(tag: string, file: string): Promise<void>
  /** Bytes, all layers together, uncompressed. */
  size(tag: string): Promise<number>
  /** Removes what builds have left: those that were ended, and images that have no name any more. */
  prune(): Promise<void>
}

/** @param log file that takes the builds' output */
export async function openBuildah(folder: string, log: string): Promise<Buildah> {
  await mkdir(folder, { recursive: true })
  const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run')]

  async function buildah(...args: string[]): Promise<string> {
    // Without user namespaces nor a daemon a build can still change its root.
    const env = { BUILDAH_ISOLATION: 'chroot' }
    const { code, stdout, stderr } = await run('buildah', [...storage, ...args], { env, log })
    if (code === 0) return stdout.trim()
    const last = stderr.trim().split('\n').slice(-3).join(' ')
    throw new StepFailed(`buildah ${args[0]}: ${last} (log: ${log})`, `tail -n 50 ${log}`)
  }

  const has = async (tag: string) =>
    (await run('buildah', [...storage, 'inspect', '--type', 'image', tag])).code === 0

  return {
    has,
    async build({ file, context, tag, target, args = {}, mounts = {} }) {
      const given = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])
      const stage = target ? ['--target', target] : []
      // The network of the machine: that of a build would need a bridge. To keep the layer of each step would write
      // the folder with all packages half a dozen times.
      const how = ['--layers=false', '--pull-never', '--network', 'host', '--timestamp', '0']
      const mounted = Object.entries(mounts).flatMap(([inside, folder]) => [
        '--volume',
        `${folder}:${inside}`,
      ])
      await buildah('bud', ...how, ...mounted, ...stage, ...given, '--file', file, '--tag', tag, context)
    },
    async fromFolder(folder, tag) {
      const container = await buildah('from', 'scratch')
      await buildah('add', container, folder, '/')
      await buildah('commit', '--rm', container, tag)
    },
    async save(tag, file) {
      await buildah('push', tag, `docker-archive:${file}:${tag}`)
    },
    async size(tag) {
      const listed = await buildah('images', '--json', tag)
      const [image] = JSON.parse(listed) as { size: string }[]
      return bytesOf(image?.size ?? '0 B')
    },
    async prune() {
      await buildah('rm', '--all')
      await buildah('rmi', '--prune')
    },
  }
}

/** Reads `199 MB`. */
function bytesOf(text: string): number {
  const [amount = '0', unit = 'B'] = text.split(' ')
  const powers: Record<string, number> = { B: 0, KB: 1, MB: 2, GB: 3 }
  return Math.round(Number(amount) * 1000 ** (powers[unit.toUpperCase()] ?? 0))
}
