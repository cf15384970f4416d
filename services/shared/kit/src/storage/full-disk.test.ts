import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { anyone } from '../auth/policy.ts'
import { filesCheck } from '../health/checks.ts'
import { healthOf } from '../health/health.ts'
import { startApp } from '../http/app-under-test.ts'
import { route } from '../http/route.ts'
import { localDisk } from './local-disk.ts'
import { roomIn } from './room.ts'

/** Which call of the file system fails now, and with what: disks of a test cannot be filled without being root. */
const disk = vi.hoisted(() => ({ fails: new Map<string, string>() }))
const failure = (call: string) => {
  const code = disk.fails.get(call)
  return code && Object.assign(new Error(`${code}: ${call} failed`), { code })
}
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const failing = (call: 'rename' | 'writeFile') => (a: string, b: string) => {
    const error = failure(call)
    return error ? Promise.reject(error) : real[call](a, b)
  }
  return { ...real, rename: failing('rename'), writeFile: failing('writeFile') }
})
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const createWriteStream: typeof real.createWriteStream = (path, options) => {
    const stream = real.createWriteStream(path, options)
    const error = failure('write')
    // What is half written is there when the disk says that it is full.
    if (error) stream.once('open', () => stream.destroy(error))
    return stream
  }
  return { ...real, createWriteStream }
})

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alta-full-disk-'))
})
afterEach(async () => {
  disk.fails.clear()
  await rm(directory, { recursive: true })
})

const upload = route({
  method: 'post',
  path: '/files',
  summary: 'Upload',
  tag: 'tests',
  policy: anyone,
  upload: { maximumBytes: 200_000, accept: ['application/pdf'], fields: z.object({}) },
  answers: { 204: { description: 'Stored' } },
  handle: async () => ({ status: 204 }),
})

test.each([
  ['a full disk', 'write', 'ENOSPC'],
  ['a full quota', 'write', 'EDQUOT'],
  ['a broken disk', 'write', 'EIO'],
  ['a disk that is full when all is written', 'rename', 'ENOSPC'],
  ['a disk that has become read-only', 'write', 'EROFS'],
])(
  'an upload to %s is 503 with a time to come back, and leaves nothing half written',
  async (_what, call, code) => {
    await using app = await startApp({ routes: [upload], files: localDisk(directory) })
    const send = () => {
      const body = new FormData()
      body.append('file', new Blob(['%PDF-1.7\n', 'x'.repeat(100_000)]), 'scan.pdf')
      return app.call('/files', { method: 'POST', body })
    }
    disk.fails.set(call, code)
    const refused = await send()
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'unavailable' })
    expect(await readdir(join(directory, 'incoming'))).toEqual([])

    disk.fails.clear()
    expect((await send()).status).toBe(204)
  },
)

test.each(['ENOSPC', 'EDQUOT', 'EROFS'])('health names files that cannot be written: %s', async (code) => {
  const look = () => healthOf('documents', [filesCheck(localDisk(directory))]).report()
  disk.fails.set('writeFile', code)
  const found = await look()
  expect(found.components).toMatchObject([{ name: 'files', status: 'degraded' }])
  expect(found.degraded).toEqual([`files: files cannot be written: ${code}`])
  disk.fails.clear()
  expect((await look()).degraded).toEqual([])
  expect(await readdir(join(directory, 'incoming'))).toEqual([])
})

test('a disk on which hardly anything is free is told before it is full', async () => {
  await expect(roomIn(directory, { leastFreeBytes: Number.MAX_SAFE_INTEGER }).check()).rejects.toThrow(
    /^only \d+ MiB are free/,
  )
})

test('a disk that works is written to now and then and not at every look; one that failed at every look', async () => {
  const room = roomIn(directory)
  await room.check()
  disk.fails.set('writeFile', 'EROFS')
  await room.check()
  const eager = roomIn(directory, { writeEveryMs: 0 })
  await expect(eager.check()).rejects.toThrow('EROFS')
  disk.fails.clear()
  await eager.check()
})
