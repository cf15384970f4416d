import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { afterEach, expect, test } from 'vitest'
import type { Database } from '../database/database.ts'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { emitted, eventOf } from '../testing/deliver.ts'
import { addEffect } from '../testing/kit-fixture.ts'
import { eventually } from '../testing/wait.ts'
import { on } from './handlers.ts'
import { anEvent, deleted, inboxUnderTest } from './inbox.fixture.ts'
import { claimDueMessages, enterLeased } from './inbox.ts'

const fixture = inboxUnderTest()
const { open, effects, untilQuiet } = fixture
const failed = () => emitted(fixture.db.admin, messageFailed)
const onceEach = (events: { subject: string }[]) =>
  Object.fromEntries(events.map(({ subject }) => [subject, 1]))

/** Does to a message what its correlation id says. */
const handler = deleted(async ({ projectId }, { tx, message }) => {
  await addEffect(tx, DEFAULT_TENANT, projectId)
  if (message.correlationId === 'throws') throw new RangeError('cannot take this')
  if (message.correlationId === 'endless') await new Promise(() => undefined)
  if (message.correlationId === 'not an error') throw 'a word'
})

const poison = (correlationid: string, attributes = {}) => ({
  ...anEvent({ correlationid }),
  ...attributes,
})

test.each([
  ['a handler that throws', poison('throws'), 'RangeError', 'cannot take this', 3],
  ['a handler that throws no error', poison('not an error'), 'Error', 'a word', 3],
  ['a handler that never returns', poison('endless'), 'handler_timeout', 'longer than its limit of 2 s', 3],
  [
    '10 MB that its handler throws at',
    poison('throws', { padding: 'x'.repeat(10_000_000) }),
    'RangeError',
    'cannot',
    3,
  ],
  [
    'an unknown type',
    poison('type', { type: 'io.alta.nothing.v1' }),
    'unknown_type',
    'io.alta.nothing.v1',
    1,
  ],
  ['another topic', poison('topic', { topic: 'no.such.v1' }), 'unknown_topic', 'no.such.v1', 1],
  [
    'a source that may not emit it',
    poison('source', { source: '/reviews' }),
    'unknown_source',
    'only documents',
    1,
  ],
  [
    'broken data',
    poison('data', { data: { projectId: 7 } }),
    'schema_validation_failed',
    'data.projectId',
    1,
  ],
])(
  '%s ends as a dead letter that says all, and those around it go on',
  async (_what, event, errorClass, message, attempts) => {
    // Short for who never returns alone: 10 MB take their time on a busy machine.
    const inbox = open([handler], { INBOX_HANDLER_SECONDS: event.correlationid === 'endless' ? 2 : 20 })
    const others = Array.from({ length: 10 }, () => anEvent())
    const around = [...others.slice(0, 5), event, ...others.slice(5)]
    const { topic } = anEvent()
    const answers = await Promise.all(around.map((one) => inbox.receive(topic, one)))
    expect(new Set(answers)).toEqual(new Set(['SUCCESS']))
    expect(await effects()).toEqual(onceEach(others))
    await untilQuiet(inbox)
    const [told, ...more] = await failed()
    expect(more).toEqual([])
    expect(told).toMatchObject({ app: 'inbox', handler: `inbox/${topic}`, errorClass, attempts })
    expect(told?.message).toContain(message)
    expect(told?.stack).toContain(' at ')
    expect(told?.history).toHaveLength(attempts)
    expect(told?.event).toEqual(event)
    expect(await effects()).toEqual(onceEach(others))
  },
  60_000,
)

test('broken data is told with its places', async () => {
  const event = poison('data', { data: { projectId: 7 } })
  await open([handler]).receive(event.topic, event)
  expect((await failed())[0]?.faults).toMatchObject([{ path: 'data.projectId' }])
})

test('a failure to handle a failure is not told for ever', async () => {
  const throwing = on(messageFailed, async () => {
    throw new Error('cannot file it')
  })
  const event = eventOf(messageFailed, messageFailed.example)
  const inbox = open([throwing], { INBOX_MAX_RETRIES: 0 })
  await inbox.receive(event.topic, event)
  expect(await fixture.row()).toMatchObject({ status: 'FAILED', error_message: 'cannot file it' })
  expect(await failed()).toEqual([])
})

test('a slow process is not held against its messages, a dead one is', async () => {
  // The kit's own tables are the same in every schema.
  const database = fixture.db.database as unknown as Database<unknown>
  const event = anEvent()
  const key = { messageId: event.id, source: event.source, handler: `inbox/${event.topic}` }
  const attemptsAfterClaimBy = async (owner: string) => {
    await fixture.db.admin.query(`update inbox_messages set lease_until = now() - interval '1 second'`)
    const lease = { owner, seconds: 10, maximumLosses: 2, limit: 1, suspects: true, longWork: [] }
    await database.system(({ tx }) => claimDueMessages(tx, { ...lease, handlers: { except: [] } }))
    return (await fixture.row())?.attempts
  }
  await database.system(({ tx }) => enterLeased(tx, [{ key, event }], { owner: 'one', seconds: 10 }))
  expect(await attemptsAfterClaimBy('one')).toBe(0)
  expect(await attemptsAfterClaimBy('another')).toBe(1)
})

test('what a dead process has left is done also where the broker delivers it again at the same moment', async () => {
  const inbox = open([handler])
  const left = Array.from({ length: 10 }, () => anEvent())
  const entries = left.map((event) => ({
    key: { messageId: event.id, source: event.source, handler: `inbox/${event.topic}` },
    event,
  }))
  const database = fixture.db.database as unknown as Database<unknown>
  await database.system(({ tx }) => enterLeased(tx, entries, { owner: 'dead', seconds: 0 }))
  for (let look = 0; look < left.length * 3; look++) {
    await Promise.all([inbox.retryDue(), ...left.map((event) => inbox.receive(event.topic, event))])
  }
  expect(await effects()).toEqual(onceEach(left))
}, 60_000)

let child: ChildProcess | undefined
afterEach(() => child?.kill('SIGKILL'))

/** A process with an inbox of its own; the messages it is sent are delivered to it together. */
async function startProcess(events: unknown[]): Promise<ChildProcess> {
  const started = fork(fileURLToPath(new URL('./mortal-process.fixture.ts', import.meta.url)), {
    env: { ...process.env, SETTINGS: JSON.stringify(fixture.db.settings) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child = started
  await once(started, 'message')
  started.send(events)
  return started
}

test('a message that ends every process which handles it is found out, and spares those beside it', async () => {
  const killer = anEvent({ correlationid: 'killer' })
  const others = Array.from({ length: 10 }, () => anEvent())
  const around = [...others.slice(0, 5), killer, ...others.slice(5)]
  for (let deaths = 0; deaths < 8 && (await failed()).length === 0; deaths += 1) {
    // The broker delivers what was not acknowledged again; what the inbox has is answered at once.
    const started = await startProcess(around)
    await eventually('it has died, or is done', async () => started.signalCode ?? (await failed()).length > 0)
    // Instead of waiting for the lease to run out.
    await fixture.db.admin.query(
      `update inbox_messages set lease_until = now() - interval '1 second' where status = 'PROCESSING'`,
    )
  }
  const [told] = await failed()
  expect(told).toMatchObject({ errorClass: 'worker_lost', handler: `inbox/${killer.topic}` })
  expect(told?.event).toEqual(killer)
  const survivor = open([handler])
  await eventually('the others are done', async () => {
    await survivor.retryDue()
    return Object.keys(await effects()).length === others.length
  })
  expect(await effects()).toEqual(onceEach(others))
  expect(await failed()).toHaveLength(1)
}, 120_000)
