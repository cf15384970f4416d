import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesEnvironment, parseConfig } from '../config.ts'
import { type S3Stub, startS3Stub } from './s3-stub.ts'
import { type FileStorage, openStorage } from './storage.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const read = async (stream: Readable) => Buffer.concat(await stream.toArray()).toString()
const missing = sha256(Buffer.from('never stored'))

let directory: string
let stub: S3Stub
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alta-storage-'))
  stub = await startS3Stub()
})
afterAll(async () => {
  await rm(directory, { recursive: true })
  await stub[Symbol.asyncDispose]()
})

function opened(environment: Record<string, string>): FileStorage {
  const { config, faults } = parseConfig(filesEnvironment, environment)
  if (!config) throw new Error(JSON.stringify(faults))
  return openStorage(config)
}
const overwriteOnDisk = (hash: string, bytes: Buffer) =>
  writeFile(join(directory, hash.slice(0, 2), hash.slice(2, 4), hash), bytes)
const overwriteInBucket = (hash: string, bytes: Buffer) =>
  fetch(`${stub.endpoint}/${stub.bucket}/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${hash}`, {
    method: 'PUT',
    headers: { authorization: 'AWS4-HMAC-SHA256 of somebody with the key' },
    body: new Uint8Array(bytes),
  })
const kinds: [string, () => FileStorage, (hash: string, bytes: Buffer) => Promise<unknown>][] = [
  ['local disk', () => opened({ FILES_DIRECTORY: directory }), overwriteOnDisk],
  [
    'S3',
    () =>
      opened({
        FILES_S3_BUCKET: stub.bucket,
        FILES_S3_ENDPOINT: stub.endpoint,
        FILES_S3_ACCESS_KEY_ID: 'id',
        FILES_S3_SECRET_ACCESS_KEY: 'secret',
      }),
    overwriteInBucket,
  ],
]

describe.each(kinds)('%s', (_name, open, overwrite) => {
  test('a file comes back by its hash, whole or in part', async () => {
    const files = open()
    const bytes = Buffer.from('0123456789')
    expect(await files.put(Readable.from([bytes.subarray(0, 4), bytes.subarray(4)]))).toEqual({
      sha256: sha256(bytes),
      size: 10,
    })
    expect(await read(await files.open(sha256(bytes)))).toBe('0123456789')
    expect(await read(await files.open(sha256(bytes), { start: 2, end: 4 }))).toBe('234')
    expect(await read(await files.open(sha256(bytes), { start: 7 }))).toBe('789')
    expect(await files.stat(sha256(bytes))).toMatchObject({ size: 10 })
  })

  test.each([10, 300_000])(
    '%i bytes that were changed behind our back never come out whole',
    async (size) => {
      const files = open()
      const { sha256: hash } = await files.put(Readable.from([randomBytes(size)]))
      await overwrite(hash, randomBytes(size))
      const seen: Buffer[] = []
      const reading = (async () => {
        for await (const chunk of await files.open(hash)) seen.push(chunk)
      })()
      await expect(reading).rejects.toThrow(`what is stored as ${hash} is another file`)
      expect(Buffer.concat(seen).length).toBeLessThan(size)
    },
  )

  test('the same bytes, also at the same time, are one file', async () => {
    const files = open()
    const bytes = randomBytes(300_000)
    await Promise.all([1, 2, 3, 4].map(() => files.put(Readable.from([bytes]))))
    const found: string[] = []
    for await (const { sha256: hash } of files.list()) if (hash === sha256(bytes)) found.push(hash)
    expect(found).toHaveLength(1)
  })

  test('every file is listed with its size and age', async () => {
    const files = open()
    const put = await Promise.all(
      [1, 2, 3, 4, 5].map((size) => files.put(Readable.from([randomBytes(size * 10)]))),
    )
    const listed = new Map<string, { size: number; modifiedAt: Date }>()
    for await (const { sha256: hash, ...rest } of files.list()) listed.set(hash, rest)
    for (const { sha256: hash, size } of put) {
      expect(listed.get(hash)?.size).toBe(size)
      expect(Date.now() - (listed.get(hash)?.modifiedAt.getTime() ?? 0)).toBeLessThan(60_000)
    }
  })

  test('too many bytes are 413 with the limit', async () => {
    const files = open()
    const bytes = randomBytes(1000)
    await expect(files.put(Readable.from([bytes]), { maximumBytes: 999 })).rejects.toMatchObject({
      status: 413,
      extensions: { limit: 999 },
    })
    expect(await files.stat(sha256(bytes))).toBeUndefined()
    await expect(files.put(Readable.from([bytes]), { maximumBytes: 1000 })).resolves.toMatchObject({
      size: 1000,
    })
  })

  test('a stream that breaks off stores nothing', async () => {
    const files = open()
    const bytes = randomBytes(100)
    const broken = Readable.from(
      (async function* () {
        yield bytes
        throw new Error('the caller went away')
      })(),
    )
    await expect(files.put(broken)).rejects.toThrow('the caller went away')
    expect(await files.stat(sha256(bytes))).toBeUndefined()
  })

  test('what is removed is gone, and removing it again is no error', async () => {
    const files = open()
    const { sha256: hash } = await files.put(Readable.from([randomBytes(10)]))
    await files.remove(hash)
    await files.remove(hash)
    expect(await files.stat(hash)).toBeUndefined()
    await expect(files.open(hash)).rejects.toMatchObject({ status: 404, code: 'file_missing' })
  })

  test('what is no hash never becomes a path', async () => {
    const files = open()
    for (const name of ['../../etc/passwd', missing.toUpperCase(), `${missing}/..`, '']) {
      await expect(files.open(name)).rejects.toMatchObject({ code: 'file_missing' })
      await expect(files.remove(name)).rejects.toMatchObject({ code: 'file_missing' })
    }
    expect(await files.stat(missing)).toBeUndefined()
  })

  test('it says that it can be used', async () => {
    await expect(open().check()).resolves.toBeUndefined()
  })
})

test('nothing that is half written stays behind', async () => {
  expect(await readdir(join(directory, 'incoming'))).toEqual([])
})

test('what a process left when it died halfway goes after a day', async () => {
  const files = opened({ FILES_DIRECTORY: directory })
  await files.check()
  const incoming = (name: string) => join(directory, 'incoming', name)
  const [old, young] = [incoming('old'), incoming('young')]
  await writeFile(old, 'x')
  await writeFile(young, 'x')
  await utimes(old, 0, Date.now() / 1000 - 90_000)
  for await (const _ of files.list());
  expect(await readdir(join(directory, 'incoming'))).toEqual(['young'])
  await rm(young)
})

test('storage that cannot be used says why', async () => {
  const file = join(directory, 'a-file')
  await writeFile(file, '')
  await expect(opened({ FILES_DIRECTORY: file }).check()).rejects.toThrow(/ENOTDIR|EEXIST/)
  const elsewhere = opened({
    FILES_S3_BUCKET: 'none',
    FILES_S3_ENDPOINT: stub.endpoint,
    FILES_S3_ACCESS_KEY_ID: 'id',
    FILES_S3_SECRET_ACCESS_KEY: 'secret',
  })
  await expect(elsewhere.check()).rejects.toThrow()
})
