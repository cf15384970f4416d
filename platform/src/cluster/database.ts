import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Cluster } from './client.ts'

const declared = z.object({
  spec: z.object({
    bootstrap: z.object({
      initdb: z.object({
        database: z.string(),
        owner: z.string(),
        secret: z.object({ name: z.string() }),
        postInitSQL: z.array(z.string()),
        postInitApplicationSQL: z.array(z.string()),
      }),
    }),
    managed: z.object({
      roles: z.array(
        z.object({
          name: z.string(),
          login: z.boolean(),
          passwordSecret: z.object({ name: z.string() }).optional(),
          inRoles: z.array(z.string()).default([]),
        }),
      ),
    }),
  }),
})

/**
 * Does what the operator does elsewhere with k8s/postgres/base/cluster.yaml, by psql. Each step asks for what it makes:
 * one that was interrupted is gone on with.
 */
export async function makeDatabase(
  root: string,
  cluster: Pick<Cluster, 'kubectl'>,
  namespace: string,
): Promise<void> {
  const text = await readFile(join(root, 'k8s/postgres/base/cluster.yaml'), 'utf8')
  const { bootstrap, managed } = declared.parse(parse(text)).spec
  const { database, owner, secret, postInitSQL, postInitApplicationSQL } = bootstrap.initdb
  const psql = (where: string, statements: readonly string[]) =>
    cluster.kubectl(
      [
        ...['-n', namespace, 'exec', '-i', 'postgres-0', '--', 'psql', '-v', 'ON_ERROR_STOP=1', '-qAt'],
        ...['-h', '/tmp', '-U', 'postgres', '-d', where],
      ],
      statements.map((statement) => `${statement};`).join('\n'),
    )
  async function passwordIn(name: string): Promise<string> {
    const password = ['get', 'secret', name, '-o', 'jsonpath={.data.password}']
    return Buffer.from(await cluster.kubectl(['-n', namespace, ...password]), 'base64').toString()
  }

  await psql('postgres', [
    unlessThere(`create role ${owner}`),
    `alter role ${owner} login password '${await passwordIn(secret.name)}'`,
  ])
  // No block can make a database.
  const there = await psql('postgres', [`select 1 from pg_database where datname = '${database}'`])
  const made = `create database ${database} owner ${owner} template template0 encoding 'UTF8' locale 'C.UTF-8'`
  await psql('postgres', [...(there.trim() === '1' ? [] : [made]), ...postInitSQL.map(unlessThere)])
  await psql(database, postInitApplicationSQL.map(unlessThere))
  for (const { name, login, passwordSecret, inRoles } of managed.roles) {
    const password = passwordSecret ? `password '${await passwordIn(passwordSecret.name)}'` : ''
    await psql(database, [
      unlessThere(`create role ${name}`),
      `alter role ${name} ${login ? 'login' : 'nologin'} ${password}`,
      ...inRoles.map((role) => `grant ${role} to ${name}`),
    ])
  }
}

/** Grants and revocations may be said twice; a role is made once. */
function unlessThere(statement: string): string {
  const role = /^create role (\w+)/.exec(statement)?.[1]
  if (!role) return statement
  return `do $$ begin if not exists (select from pg_roles where rolname = '${role}') then ${statement}; end if; end $$`
}
