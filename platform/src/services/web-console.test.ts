import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeCheckout } from '../checkout.ts'
import { StepFailed } from '../console/steps.ts'
import { readSettings } from '../settings.ts'
import { consoleBuild, ensureConsole } from './web-console.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'alta-web-console-')))
  await mkdir(join(root, 'services/console/src'), { recursive: true })
  await write('package.json', '{ "name": "nothing", "private": true }')
  await write('pnpm-workspace.yaml', 'packages: [services/*]\n')
  await write('pnpm-lock.yaml', 'lockfileVersion: "9.0"\n')
  await write('services/console/src/text', 'one')
  await script('mkdir -p dist && cp src/text dist/index.html && echo once >> ../../builds')
})
afterEach(() => rm(root, { recursive: true }))

const write = (path: string, text: string) => writeFile(join(root, path), text)
const script = (build: string) =>
  write('services/console/package.json', JSON.stringify({ name: '@alta/console', scripts: { build } }))
const builds = async () => (await readFile(join(root, 'builds'), 'utf8')).trim().split('\n').length
async function ensure(): Promise<string[]> {
  const said: string[] = []
  await ensureConsole(describeCheckout(root, readSettings(root)), (message) => said.push(message))
  return said
}

it('builds the console once, and again only when what it is made of has changed', async () => {
  expect(await ensure()).toEqual(['building', expect.stringMatching(/^built in \d+ s$/)])
  expect(await ensure()).toEqual(['as built before'])
  await write('services/console/src/text', 'two')
  await ensure()
  expect(await readFile(join(root, consoleBuild, 'index.html'), 'utf8')).toBe('two')
  expect(await builds()).toBe(2)
})

it('builds it again when the build is gone', async () => {
  await ensure()
  await rm(join(root, consoleBuild), { recursive: true })
  await ensure()
  expect(await builds()).toBe(2)
})

it('shows the last lines of a build that fails, and tries again the next time', async () => {
  await script('echo the reason && exit 3')
  for (let time = 0; time < 2; time += 1) {
    const failure = await ensure().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StepFailed)
    expect(failure).toMatchObject({ why: expect.stringContaining('the reason') })
  }
})

it('has nothing to do where there is no console', async () => {
  await rm(join(root, 'services/console'), { recursive: true })
  expect(await ensure()).toEqual([])
})
