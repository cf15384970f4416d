import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesEnvironment, parseConfig } from '../config.ts'
import { openNamedFiles } from './named-files.ts'
import { type S3Stub, startS3Stub } from './s3-stub.ts'
import { openStorage } from './storage.ts'

let directory: string
let stub: S3Stub
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alta-named-'))
  stub = await startS3Stub()
})
afterAll(async () => {
  await rm(directory, { recursive: true })
  await stub[Symbol.asyncDispose]()
})

const onDisk = () => settings({ FILES_DIRECTORY: directory })
const inBucket = () =>
  settings({
    FILES_S3_BUCKET: stub.bucket,
    FILES_S3_ENDPOINT: stub.endpoint,
    FILES_S3_ACCESS_KEY_ID: 'id',
    FILES_S3_SECRET_ACCESS_KEY: 'secret',
  })

function settings(environment: Record<string, string>) {
  const { config, faults } = parseConfig(filesEnvironment, environment)
  if (!config) throw new Error(JSON.stringify(faults))
  return config
}

describe.each([
  ['local disk', onDisk],
  ['S3', inBucket],
])('%s', (_name, config) => {
  test('a file is read back by its name, and names are listed in order', async () => {
    const files = openNamedFiles(config(), 'anchors/one')
    expect(await files.list()).toEqual([])
    for (const name of ['3.json', '1.json', '2.json']) {
      expect(await files.write(name, `text of ${name}`)).toBe(true)
    }
    expect(await files.list()).toEqual(['1.json', '2.json', '3.json'])
    expect(await files.read('2.json')).toBe('text of 2.json')
    expect(await files.read('4.json')).toBeUndefined()
  })

  test('what is there is not replaced, also not by two at once', async () => {
    const files = openNamedFiles(config(), 'anchors/two')
    const written = await Promise.all(['a', 'b', 'c'].map((text) => files.write('same.json', text)))
    if (config === onDisk) expect(written.filter(Boolean)).toHaveLength(1)
    const first = await files.read('same.json')
    expect(await files.write('same.json', 'later')).toBe(false)
    expect(await files.read('same.json')).toBe(first)
  })

  test('a name cannot lead out of the folder', async () => {
    const files = openNamedFiles(config(), 'anchors/three')
    for (const name of ['../x', 'a/b', '', '.hidden', 'a\0b']) {
      await expect(files.write(name, '')).rejects.toThrow('is no name for a file')
      await expect(files.read(name)).rejects.toThrow('is no name for a file')
    }
  })

  test('a sweep of the content-addressed files does not see them', async () => {
    const files = openStorage(config())
    await openNamedFiles(config(), 'anchors/four').write('1.json', 'kept')
    const { sha256 } = await files.put(Readable.from(['swept']))
    const listed: string[] = []
    for await (const file of files.list()) listed.push(file.sha256)
    expect(listed).toContain(sha256)
    expect(listed.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true)
  })
})

test('nothing half-written stays behind', async () => {
  const files = openNamedFiles(onDisk(), 'anchors/five')
  await files.write('1.json', 'a')
  await files.write('1.json', 'b')
  expect(await readdir(join(directory, 'anchors/five'))).toEqual(['1.json'])
})
