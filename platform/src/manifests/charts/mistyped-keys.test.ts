import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../../tools/tools.fixture.ts'
import { tried } from '../releases.ts'
import { mistypedKeysTaken } from './mistyped-keys.ts'

const helms = (await toolFor('mistyped keys', () => ensureHelms(cache))) ?? []

let elsewhere: string
beforeEach(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'alta-schema-'))
  await cp(join(root, 'charts/service'), join(elsewhere, 'charts/service'), { recursive: true })
})
afterEach(() => rm(elsewhere, { recursive: true, force: true }))

/** What is taken by each Helm when one object of the schema is open. @param path to it, with dots */
async function takenWith(path: string): Promise<string[]> {
  const file = join(elsewhere, 'charts/service/values.schema.json')
  const schema = JSON.parse(await readFile(file, 'utf8'))
  path.split('.').reduce((inner, key) => inner[key], schema).additionalProperties = true
  await writeFile(file, JSON.stringify(schema))
  const [release] = await tried(elsewhere)
  if (!release) throw new Error('charts/service/ci is empty')
  return (await Promise.all(helms.map((helm) => mistypedKeysTaken(elsewhere, helm, release)))).flat()
}

describe.skipIf(helms.length === 0)('a mistyped key is taken', { timeout: 60_000 }, () => {
  it('where one object is open, although others refuse a key of that name', async () => {
    const taken = await takenWith('properties.dapr.properties.sidecar')
    expect(taken.some((fault) => /takes dapr\.sidecar\.cpux\d+, which/.test(fault))).toBe(true)
    for (const fault of taken) expect(fault).toContain(' takes dapr.sidecar.')
  })

  it('where the objects of an array are open, and those that a definition describes', async () => {
    const tolerations = await takenWith('properties.scheduling.properties.tolerations.items')
    expect(tolerations.join()).toMatch(/takes scheduling\.tolerations\[0\]\.effectx\d+/)
    const peers = await takenWith('definitions.peer')
    expect(peers.join()).toMatch(/takes networkPolicy\.\S+\.peers\[0\]\.ipBlockx\d+/)
  })
})
