import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { brokenDirectPorts } from './direct-ports.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const files = {
  table: 'charts/platform/files/calls.yaml',
  listens: 'services/notifications/values.yaml',
  usual: 'services/notifications/src/config.ts',
  goes: 'services/gateway/values.yaml',
}
let scratch: string
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'alta-direct-'))
  for (const file of Object.values(files)) {
    await mkdir(dirname(join(scratch, file)), { recursive: true })
    await cp(join(root, file), join(scratch, file))
  }
})
afterEach(() => rm(scratch, { recursive: true, force: true }))

it('finds the port of live updates the same everywhere', async () => {
  expect(await brokenDirectPorts(scratch)).toEqual([])
})

it.each([
  ['table', ['no port is 3009', 'nothing is http://notifications:3009']],
  ['listens', ['no port is 3001']],
  ['usual', ['LIVE_PORT is 3009 unless told, and 3001']],
  ['goes', ['nothing is http://notifications:3001']],
] as const)('tells when it differs in one place: %s', async (which, said) => {
  const file = join(scratch, files[which])
  const text = await readFile(file, 'utf8')
  expect(text).toContain('3001')
  await writeFile(file, text.replace('3001', '3009'))
  const faults = await brokenDirectPorts(scratch)
  expect(faults).toHaveLength(said.length)
  for (const [index, words] of said.entries()) expect(faults[index]).toContain(words)
})
