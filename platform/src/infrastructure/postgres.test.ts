import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testConfig } from '@alta/kit/testing/config'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Checkout, describeCheckout } from '../checkout.ts'
import { StepFailed } from '../console/steps.ts'
import { openSecrets } from '../secrets.ts'
import { readSettings } from '../settings.ts'
import { dropDatabase, ensurePostgres } from './postgres.ts'

const server = new URL(testConfig.TEST_POSTGRES_URL)
const port = Number(server.port || 5432)
let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'alta-postgres-'))
  await mkdir(join(root, '.alta'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const checkoutWith = (address: string): Checkout =>
  describeCheckout(root, { ...readSettings(root), ALTA_INSTANCE: '', ALTA_POSTGRES_ADMIN_URL: address })

const said: string[] = []
async function ensure(checkout: Checkout) {
  const secrets = await openSecrets(checkout)
  return ensurePostgres(checkout, secrets, [], (message) => void said.push(message))
}
const failureOf = (address: string) => ensure(checkoutWith(address)).catch((error: unknown) => error)

const tooManyClients = (): Buffer => {
  const fields = Buffer.from('SFATAL\0C53300\0Msorry, too many clients already\0\0')
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

/** The server behind a port that answers the first connection as a server does that has too many. */
async function busyForAMoment() {
  let first = true
  const proxy = createServer((socket) => {
    socket.on('error', () => undefined)
    if (first) {
      first = false
      socket.once('data', () => socket.end(tooManyClients()))
      return
    }
    const behind = connect(port, server.hostname).on('error', () => socket.destroy())
    socket.pipe(behind).pipe(socket)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  return { port: portOf(proxy), [Symbol.asyncDispose]: async () => void proxy.close() }
}

const portOf = (listening: Server): number => {
  const address = listening.address()
  return typeof address === 'object' && address ? address.port : 0
}

it('says that the given server cannot be reached, and not that it lacks an administrator', async () => {
  const nobody = createServer()
  await once(nobody.listen(0, '127.0.0.1'), 'listening')
  const address = `postgres://postgres@127.0.0.1:${portOf(nobody)}/postgres`
  await once(nobody.close(), 'close')
  const failure = await failureOf(address)
  expect(failure).toBeInstanceOf(StepFailed)
  expect(failure).toMatchObject({
    why: expect.stringMatching(/127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/),
    attempt: expect.stringContaining('start it'),
  })
})

it('says that the given server refuses the login', async () => {
  const password = 'only-for-tests'
  const role = `alta_test_refused_${process.pid}`
  const admin = new pg.Client({ connectionString: testConfig.TEST_POSTGRES_URL })
  await admin.connect()
  try {
    // Not every server asks for a password; none lets a role in that may not log in.
    await admin.query(`create role ${role} nologin password '${password}'`)
    const failure = await failureOf(`postgres://${role}:${password}@${server.hostname}:${port}/postgres`)
    expect(failure).toMatchObject({ why: expect.stringContaining(`refuses the login of ${role}`) })
    await admin.query(`alter role ${role} login`)
    const able = await failureOf(`postgres://${role}:${password}@${server.hostname}:${port}/postgres`)
    expect(able).toMatchObject({ why: expect.stringContaining('may not create roles and databases') })
  } finally {
    await admin.query(`drop role if exists ${role}`)
    await admin.end()
  }
})

it('leaves the database where it is when its server is too busy for a moment to say whose it is', async () => {
  const checkout = checkoutWith(testConfig.TEST_POSTGRES_URL)
  const { ownerUrl } = await ensure(checkout)
  try {
    await using busy = await busyForAMoment()
    const through = new URL(testConfig.TEST_POSTGRES_URL)
    through.host = `127.0.0.1:${busy.port}`
    expect(await failureOf(through.href)).toMatchObject({ why: expect.stringContaining('too many clients') })
    const client = new pg.Client({ connectionString: ownerUrl })
    await client.connect()
    await client.end()
    expect(said.join('\n')).not.toContain('is kept as')
  } finally {
    await dropDatabase(checkout, await openSecrets(checkout), port, [])
  }
})
