import { expect, it } from 'vitest'
import { root } from '../tools/tools.fixture.ts'
import { makeDatabase } from './database.ts'

/** What psql is told, by the database that it is told in, where PostgreSQL has the database already or not. */
async function told(hasDatabase: boolean): Promise<string[]> {
  const statements: string[] = []
  const kubectl = async (args: readonly string[], input = ''): Promise<string> => {
    if (args.includes('get')) return Buffer.from('from its Secret').toString('base64')
    statements.push(...input.split('\n').map((statement) => `${args.at(-1)}: ${statement}`))
    return hasDatabase && input.includes('from pg_database') ? '1\n' : ''
  }
  await makeDatabase(root, { kubectl }, 'alta-dev')
  return statements
}

it('a run that was interrupted after the database was made is gone on with', async () => {
  const first = await told(false)
  expect(first.filter((one) => one.startsWith('postgres: create database alta owner alta'))).toHaveLength(1)
  expect(await told(true)).toEqual(first.filter((one) => !one.includes('create database')))
})

it('no role is made that may be there', async () => {
  const made = (await told(true)).filter((one) => one.includes('create role'))
  expect(made.join('\n')).toContain('create role alta_services nologin')
  for (const one of made) expect(one).toMatch(/: do \$\$ begin if not exists \(select from pg_roles/)
})
