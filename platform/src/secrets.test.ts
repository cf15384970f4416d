import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSecrets } from './secrets.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'alta-secrets-'))
})
afterEach(() => rm(home, { recursive: true }))

describe('secrets', () => {
  it('are made once and stay the same', async () => {
    const first = await openSecrets({ home })
    const made = first.get('ocr', 'databasePassword')
    await first.save()
    expect((await openSecrets({ home })).get('ocr', 'databasePassword')).toBe(made)
    expect(made).toMatch(/^[0-9a-f]{32}$/)
  })

  it('differ from each other', async () => {
    const secrets = await openSecrets({ home })
    expect(secrets.get('ocr', 'databasePassword')).not.toBe(secrets.get('reviews', 'databasePassword'))
  })

  it('of two processes that save one after the other are all kept', async () => {
    const [first, second] = [await openSecrets({ home }), await openSecrets({ home })]
    const key = first.get('identity', 'keyEncryptionKey')
    await first.save()
    const password = second.get('samples', 'password')
    await second.save()
    const now = await openSecrets({ home })
    expect([now.get('identity', 'keyEncryptionKey'), now.get('samples', 'password')]).toEqual([key, password])
  })

  it('can be read by their owner only', async () => {
    const secrets = await openSecrets({ home })
    secrets.set('redis', 'host', '127.0.0.1:6379')
    await secrets.save()
    expect((await stat(join(home, 'secrets.json'))).mode & 0o777).toBe(0o600)
  })
})
