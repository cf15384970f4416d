import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { eventually } from '@alta/kit/testing/wait'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Client } from '../support/client.ts'
import { registerOperator } from '../support/operator.ts'
import { readPlaces, readPlatform } from '../support/platform.ts'

// What is done over the gateway is in the audit log, and what is done to the log is found.

const home = inject('home')
const { gatewayUrl } = readPlatform(home)
const owner = new pg.Client({ connectionString: readPlaces(home).postgres.ownerUrl })
const ada = new Client(gatewayUrl)
const eve = new Client(gatewayUrl)
const olga = new Client(gatewayUrl)
let projectId: string

beforeAll(async () => {
  await owner.connect()
  await ada.register()
  await eve.register('Eve Mallory')
  await registerOperator(owner, olga)
})
afterAll(() => owner.end())

// Looks for the project are in the log too, by now.
const creationOf = (id: string) => `resource=${id}&action=${encodeURIComponent('POST /api/v1/projects')}`

const entriesOf = async (query: string) => (await olga.call('GET', `/api/v1/audit?${query}`)).body.items

test('a change is in the log with its actor and the address of the connection, whatever the headers claim', async () => {
  const forged = {
    'alta-client-address': '203.0.113.9',
    'Alta-Client-Address': '203.0.113.9',
    'x-forwarded-for': '203.0.113.9',
    'x-real-ip': '203.0.113.9',
    forwarded: 'for=203.0.113.9',
    connection: 'alta-client-address',
    'x-request-id': `audit-${crypto.randomUUID()}`,
  }
  const created = await ada.call('POST', '/api/v1/projects', { name: 'Letters', language: 'en' }, forged)
  expect(created.status).toBe(201)
  projectId = created.body.id
  const [entry, ...others] = await eventually('the project is in the audit log', async () => {
    const items = await entriesOf(creationOf(projectId))
    return items.length > 0 && items
  })
  expect(others).toEqual([])
  expect(entry).toMatchObject({
    actor: { userId: ada.userId, roles: expect.any(Array) },
    action: 'POST /api/v1/projects',
    outcome: 'allowed',
    address: '127.0.0.1',
    requestId: forged['x-request-id'],
    service: 'documents',
    resources: [{ name: 'project.created.v1', id: projectId }],
  })
})

test('a stranger who looks for it is in the log as denied, and so is a wrong password', async () => {
  expect((await eve.call('GET', `/api/v1/projects/${projectId}`)).status).toBe(404)
  expect((await eve.call('GET', '/api/v1/audit')).status).toBe(403)
  await new Client(gatewayUrl).call('POST', '/api/v1/auth/login', {
    email: ada.email,
    password: 'not the one',
  })
  const denied = await eventually('what was refused is in the audit log', async () => {
    const byEve = await entriesOf(`actor=${eve.userId}&outcome=denied`)
    const onAda = await entriesOf(`resource=${ada.userId}&outcome=denied`)
    return byEve.length === 2 && onAda.length === 1 && [...byEve, ...onAda]
  })
  const actions = denied.map(({ action }: { action: string }) => action).sort()
  expect(actions).toEqual(['GET /api/v1/audit', 'GET /api/v1/projects/:id', 'POST /api/v1/auth/login'])
})

test('the log verifies over the API, and make verify-audit finds a row that its owner has edited', async () => {
  const { body } = await olga.call('POST', '/api/v1/audit/verify')
  expect(body).toMatchObject({ ok: true, firstBadSequence: null })
  expect(await verifyAudit()).toMatchObject({
    code: 0,
    output: expect.stringContaining('the audit log holds'),
  })

  const [{ sequence }] = await entriesOf(creationOf(projectId))
  await edit(sequence, 'Create a project', 'Create a Project')
  try {
    expect(await verifyAudit()).toMatchObject({
      code: 1,
      output: expect.stringContaining(`entry_altered at ${sequence}`),
    })
  } finally {
    await edit(sequence, 'Create a Project', 'Create a project')
  }
  expect(await verifyAudit()).toMatchObject({ code: 0 })
})

async function edit(sequence: number, from: string, to: string): Promise<void> {
  await owner.query('alter table events.audit_entries disable trigger append_only')
  const { rowCount } = await owner.query(
    'update events.audit_entries set entry = replace(entry, $2, $3) where sequence = $1 and entry like $4',
    [sequence, from, to, `%${from}%`],
  )
  await owner.query('alter table events.audit_entries enable trigger append_only')
  expect(rowCount).toBe(1)
}

/** As `make verify-audit` runs it. */
function verifyAudit(): Promise<{ code: number; output: string }> {
  const root = join(import.meta.dirname, '../..')
  const ALTA_INSTANCE = home.split('/').at(-1) ?? ''
  return new Promise((resolve) => {
    const args = [join(root, 'platform/src/cli.ts'), 'verify-audit']
    execFile(process.execPath, args, { env: { ...process.env, ALTA_INSTANCE } }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    )
  })
}
