import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testConfig } from '../testing/config.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'

const main = fileURLToPath(new URL('./migrate.main.ts', import.meta.url))
let db: TestDatabase<EffectsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('documents', effectsMigrations)
})
afterAll(() => db.close())

/** Runs it as the Job does, with nothing of our own environment but the way to Node. */
function migrate(environment: Record<string, string>): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ...environment }
    const child = execFile(process.execPath, [main], { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    )
  })
}

function asOwner(): Record<string, string> {
  const server = new URL(testConfig.TEST_POSTGRES_URL)
  return {
    POSTGRES_HOST: server.searchParams.get('host') ?? server.hostname,
    POSTGRES_PORT: server.port || '5432',
    POSTGRES_DB: db.settings.POSTGRES_DB,
    POSTGRES_OWNER: decodeURIComponent(server.username),
    POSTGRES_OWNER_PASSWORD: decodeURIComponent(server.password),
    APP_ID: 'effects',
    MIGRATIONS_FOLDER: fileURLToPath(effectsMigrations),
    SERVICE_ROLE: db.settings.POSTGRES_USER,
  }
}

// Each starts Node anew, twice in the first: slow on a busy machine.
describe('the migration Job', { timeout: 60_000 }, () => {
  it('makes the schema of its service once, and finds nothing to do the second time', async () => {
    const first = await migrate(asOwner())
    expect(first.output).toContain('create-effects')
    expect(first.code).toBe(0)
    expect((await db.admin.query('select * from effects.effects')).rows).toEqual([])
    expect(await migrate(asOwner())).toMatchObject({ code: 0, output: expect.stringContaining('up to date') })
  })

  it('fails, and so stops the release, when it cannot sign in', async () => {
    const { code, output } = await migrate({ ...asOwner(), POSTGRES_OWNER: 'nobody_of_this_name' })
    expect(code).toBe(1)
    expect(output).toContain('not migrated')
  })

  it('names every setting that is missing', async () => {
    const { code, output } = await migrate({})
    expect(code).toBe(1)
    for (const name of ['APP_ID', 'MIGRATIONS_FOLDER', 'SERVICE_ROLE', 'POSTGRES_OWNER'])
      expect(output).toContain(name)
  })
})
