import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { StepFailed } from './console/steps.ts'
import { readSettings } from './settings.ts'

it('names the settings that are wrong and where to read what they mean', async () => {
  const root = await mkdtemp(join(tmpdir(), 'alta-settings-'))
  await writeFile(join(root, '.env'), 'ALTA_GATEWAY_PORT=80\nALTA_POSTGRES_ADMIN_URL=127.0.0.1:5432\n')
  try {
    readSettings(root)
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(StepFailed)
    expect(error).toMatchObject({ attempt: expect.stringContaining('.env.example') })
    expect(String(error)).toContain(join(root, '.env'))
    expect(String(error)).toContain('ALTA_GATEWAY_PORT')
    expect(String(error)).toMatch(/postgres:\/\/….*\n.*ALTA_POSTGRES_ADMIN_URL/)
  }
  await rm(root, { recursive: true })
})
