import { randomBytes } from 'node:crypto'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { connect } from 'amqplib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { appToken, startApp } from '../http/app-under-test.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { createTestBroker } from '../testing/broker.ts'
import { startDaprd } from '../testing/daprd.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { eventOf } from '../testing/deliver.ts'
import { addEffect, type EffectsSchema, effectsMigrations } from '../testing/kit-fixture.ts'
import { eventually } from '../testing/wait.ts'
import { type DeadLetter, deadLetters } from './dead-letters.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { createInbox } from './inbox-dispatch.ts'
import { DEAD_LETTER_TOPIC } from './names.ts'

let db: TestDatabase<EffectsSchema>
beforeAll(async () => {
  db = await createTestDatabase<EffectsSchema>('archive', effectsMigrations)
})
afterAll(() => db.close())
let letters: DeadLetter[] = []
beforeEach(async () => {
  letters = []
  await db.admin.query('truncate inbox_messages, outbox_events, effects')
})
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const subscriptions = [
  deadLetters<EffectsSchema>(async (letter, { tx, message }) => {
    await addEffect(tx, message.tenantId, letter.digest)
    letters.push(letter)
  }),
]
const openInbox = () =>
  createInbox({
    database: db.database,
    subscriptions,
    settings: { INBOX_MAX_RETRIES: 2, INBOX_RETRY_DELAY: 1, INBOX_HANDLER_SECONDS: 30 },
  })
const raw = (body: Buffer | string) => ({
  id: randomUUIDv7(),
  data_base64: Buffer.from(body).toString('base64'),
})

test('the bytes arrive as they were, once however often they are delivered', async () => {
  const inbox = openInbox()
  const body = randomBytes(1_000)
  for (let time = 0; time < 3; time += 1) {
    expect(await inbox.receive(DEAD_LETTER_TOPIC, raw(body))).toBe('SUCCESS')
  }
  expect(letters).toMatchObject([{ event: undefined, topic: undefined }])
  expect(letters[0]?.body.equals(body)).toBe(true)
})

test('an event in it is found, and keeps its tenant', async () => {
  const tenantid = randomUUIDv7()
  const event = eventOf(projectDeleted, { projectId: randomUUIDv7() }, { tenantid })
  await openInbox().receive(DEAD_LETTER_TOPIC, raw(JSON.stringify(event)))
  expect(letters).toMatchObject([{ event, topic: event.topic }])
  const { rows } = await db.admin.query('select tenant_id from effects')
  expect(rows).toEqual([{ tenant_id: tenantid }])
})

test('what is no event at all still tells the topic that it names', async () => {
  await openInbox().receive(DEAD_LETTER_TOPIC, raw('{"topic":"a.b.v1","tenantid":"x"}'))
  expect(letters).toMatchObject([{ event: undefined, topic: 'a.b.v1' }])
  const { rows } = await db.admin.query('select tenant_id from effects')
  expect(rows).toEqual([{ tenant_id: DEFAULT_TENANT }])
})

test('broken JSON and 10 MB come through the broker and the sidecar as they were', async () => {
  const broker = await createTestBroker()
  closers.push(() => broker.close())
  const inbox = openInbox()
  const app = await startApp({
    appId: 'archive',
    routers: [deliveryRoutes('archive', subscriptions, inbox)],
  })
  closers.push(async () => {
    await app[Symbol.asyncDispose]()
  })
  const topics = [DEAD_LETTER_TOPIC]
  const daprd = await startDaprd({
    appId: 'archive',
    appPort: app.port,
    appToken,
    rabbitmqUrl: broker.url,
    topics,
  })
  closers.push(() => daprd.stop())

  const connection = await connect(broker.url)
  closers.push(() => connection.close())
  const channel = await connection.createConfirmChannel()
  const bodies = [Buffer.from('{"broken": '), randomBytes(10_000_000), Buffer.from('"text"')]
  await eventually('the sidecar has subscribed', async () => {
    const open = await connection.createChannel()
    open.on('error', () => undefined)
    const { consumerCount } = await open.checkQueue('archive-dead-letters')
    await open.close()
    return consumerCount > 0
  })
  for (const body of bodies) channel.publish(DEAD_LETTER_TOPIC, '', body, { persistent: true })
  await channel.waitForConfirms()
  await eventually('all have arrived', () => letters.length >= bodies.length, 60)
  for (const body of bodies) expect(letters.filter((letter) => letter.body.equals(body))).toHaveLength(1)
}, 120_000)
