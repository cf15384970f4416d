import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { run } from '../system/run.ts'
import { brokenCalls } from './calls.ts'
import { brokenNeeds } from './needs.ts'
import { trackedFiles } from './tracked.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const tables = ['charts/platform/files/calls.yaml', 'charts/platform/files/apps.yaml']
let scratch: string

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'alta-calls-'))
  const wanted = /^services\/[^/]+\/src\/(main|config|routes)\.ts$|^dapr\/generated\//
  for (const file of await trackedFiles(root, [''])) {
    if (!wanted.test(file)) continue
    await mkdir(dirname(join(scratch, file)), { recursive: true })
    await cp(join(root, file), join(scratch, file))
  }
  await run('git', ['init', '-q'], { cwd: scratch })
})
beforeEach(async () => {
  for (const file of tables) {
    await mkdir(dirname(join(scratch, file)), { recursive: true })
    await cp(join(root, file), join(scratch, file))
  }
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

async function change(file: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(join(scratch, file), 'utf8')
  expect(text).toMatch(from)
  await writeFile(join(scratch, file), text.replace(from, to))
}

it('finds nothing wrong with the tables as they are', async () => {
  expect(await brokenCalls(scratch)).toEqual([])
  expect(await brokenNeeds(scratch)).toEqual([])
})

it('tells of a call that may not be made, and of a permission that nobody uses', async () => {
  await change('charts/platform/files/calls.yaml', 'ocr: [identity]', 'ocr: [reviews]')
  expect(await brokenCalls(scratch)).toEqual([
    'charts/platform/files/calls.yaml: ocr calls identity and may not',
    'charts/platform/files/calls.yaml: ocr may call reviews and does not',
  ])
})

it('tells of a service that is missing, and of one that does not exist', async () => {
  await change('charts/platform/files/calls.yaml', 'tasks: [identity]', 'orders: [identity]')
  expect(await brokenCalls(scratch)).toEqual([
    'charts/platform/files/calls.yaml: tasks is missing',
    'charts/platform/files/calls.yaml: there is no service orders',
  ])
})

it('tells of code that calls and was not thought of', async () => {
  const file = join(scratch, 'services/ocr/src/ask.ts')
  await writeFile(file, `export const ask = (sidecar) => sidecar.invoke('reviews', '/x')\n`)
  expect((await brokenCalls(scratch)).join()).toContain('services/ocr/src/ask.ts calls a service')
  await rm(file)
})

it('tells of a need and of a secret that a service has and the table has not', async () => {
  await change(
    'charts/platform/files/apps.yaml',
    /identity:\n {4}needs: \[database\]/,
    'identity:\n    needs: [files]',
  )
  await change('charts/platform/files/apps.yaml', 'AUDIT_SIGNING_KEY', 'AUDIT_KEY')
  expect(await brokenNeeds(scratch)).toEqual([
    'charts/platform/files/apps.yaml: events reads the secret AUDIT_SIGNING_KEY, which its Secret does not hold',
    'charts/platform/files/apps.yaml: events reads no AUDIT_KEY',
    'charts/platform/files/apps.yaml: identity needs database',
    'charts/platform/files/apps.yaml: identity does not need files',
  ])
})
