import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ensureHelms } from './helm-and-kubectl.ts'
import { unlessMissing } from './missing.ts'

let cache: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'alta-tools-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true, force: true })
})

it('a tool that cannot be fetched is told with what to try, and leaves nothing behind', async () => {
  // No pnpm to fetch it with, and no Helm either.
  vi.stubEnv('PATH', cache)
  const outcome = await unlessMissing(() => ensureHelms(cache))
  expect(outcome).toEqual({
    missing: expect.stringMatching(/could not be fetched.*try: install helm .* yourself and put it on PATH/s),
  })
  await expect.poll(() => readdir(cache)).toEqual([])
})

it('every other failure stays a failure', async () => {
  const work = () => unlessMissing(() => Promise.reject(new Error('another program than expected')))
  await expect(work()).rejects.toThrow('another program')
})
