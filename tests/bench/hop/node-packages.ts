import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../../platform/src/system/run.ts'

const versions = {
  fastify: '5.12.8',
  '@fastify/http-proxy': '11.6.3',
  '@fastify/rate-limit': '11.2.0',
  ioredis: '6.0.0',
  'express-gateway': '1.16.11',
}

export const nameAndVersion = (name: keyof typeof versions): string => `${name} ${versions[name]}`

/**
 * Installs gateways of others in a folder of their own, once: hundreds of packages that nothing of Alta may come to need,
 * and that its lockfile and its audits have nothing to do with.
 * @returns the folder
 */
export async function installNodePackages(say: (text: string) => void): Promise<string> {
  const folder = join(tmpdir(), 'alta-bench-gateways')
  const names = Object.entries(versions).map(([name, version]) => `${name}@${version}`)
  if (
    names.every((_name, index) =>
      existsSync(join(folder, 'node_modules', Object.keys(versions)[index] ?? '')),
    )
  )
    return folder
  say(`installing ${names.join(', ')} by npm`)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{}')
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...names]
  const { code, stderr } = await run('npm', args, { cwd: folder })
  if (code !== 0) say(`without ${names.join(', ')}: ${stderr.trim().split('\n').at(-1)}`)
  return folder
}
