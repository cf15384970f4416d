import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { expect, test } from 'vitest'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { emitted } from '../testing/deliver.ts'
import { addEffect, type EffectsSchema } from '../testing/kit-fixture.ts'
import { eventually } from '../testing/wait.ts'
import { PermanentError } from './errors.ts'
import { work } from './handlers.ts'
import { anEvent, counting, inboxUnderTest } from './inbox.fixture.ts'

const fixture = inboxUnderTest()
const { open, effects, row, untilQuiet } = fixture

test('work runs outside of the transaction and commits its result with the inbox row', async () => {
  const inbox = open([
    work<{ projectId: string }, string, EffectsSchema>(projectDeleted, {
      timeLimit: 5_000,
      run: async ({ projectId }) => `read ${projectId}`,
      commit: async (result, { tx }) => addEffect(tx, DEFAULT_TENANT, result),
    }),
  ])
  const event = anEvent()
  await Promise.all([inbox.receive(event.topic, event), inbox.receive(event.topic, event)])
  await untilQuiet(inbox)
  expect(await effects()).toEqual({ [`read ${event.subject}`]: 1 })
})

test('work that exceeds its limit is aborted and parked, and holds nobody up', async () => {
  let aborted = false
  const inbox = open([
    work(projectDeleted, {
      timeLimit: 50,
      run: (_data, { signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true
        })
        return new Promise(() => undefined)
      },
      commit: async () => undefined,
    }),
  ])
  const event = anEvent()
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  expect(aborted).toBe(true)
  expect(await row()).toMatchObject({
    status: 'PARKED',
    error_message: 'the work took longer than its limit of 0.05 s',
  })
})

test('work of a process that died is taken over when its lease runs out', async () => {
  const event = anEvent()
  await fixture.db.admin.query(
    `insert into inbox_messages (source, message_id, handler, tenant_id, topic, status, event, lease_owner, lease_until)
     values ($1, $2, $3, $4, $5, 'PROCESSING', $6, 'dead', now() - interval '1 second')`,
    [event.source, event.id, `inbox/${event.topic}`, DEFAULT_TENANT, event.topic, JSON.stringify(event)],
  )
  const inbox = open([counting()])
  await untilQuiet(inbox)
  expect(await effects()).toEqual({ [event.subject]: 1 })
})

test('a message that ends every process which touches it is given up', async () => {
  const event = anEvent()
  await fixture.db.admin.query(
    `insert into inbox_messages (source, message_id, handler, tenant_id, topic, status, event, attempts, lease_owner, lease_until)
     values ($1, $2, $3, $4, $5, 'PROCESSING', $6, 2, 'dead', now() - interval '1 second')`,
    [event.source, event.id, `inbox/${event.topic}`, DEFAULT_TENANT, event.topic, JSON.stringify(event)],
  )
  await untilQuiet(open([counting()]))
  expect(await row()).toMatchObject({ status: 'FAILED', error_class: 'worker_lost' })
  expect(await effects()).toEqual({})
})

test('exhausted tells the others in the transaction that gives the message up', async () => {
  const inbox = open([
    work<{ projectId: string }, void, EffectsSchema>(projectDeleted, {
      timeLimit: 1_000,
      run: async () => {
        throw new PermanentError('unreadable', 'no')
      },
      commit: async () => undefined,
      exhausted: async (failure, { tx, data }) =>
        addEffect(tx, DEFAULT_TENANT, `${failure.errorClass} ${data.projectId}`),
    }),
  ])
  const event = anEvent()
  await inbox.receive(event.topic, event)
  expect(await effects()).toEqual({ [`unreadable ${event.subject}`]: 1 })
})

test('stopping aborts long work and hands it back, so that another process starts at once', async () => {
  const inbox = open([
    work(projectDeleted, {
      timeLimit: 60_000,
      run: () => new Promise(() => undefined),
      commit: async () => undefined,
    }),
  ])
  const event = anEvent()
  const delivery = inbox.receive(event.topic, event)
  await eventually('the work has begun', async () => (await row())?.status === 'PROCESSING')
  await inbox.stop(2_000)
  expect(await delivery).toBe('RETRY')
  expect(await row()).toMatchObject({ status: 'PARKED', attempts: 0 })
})

test('an exhausted that fails itself does not keep a message from becoming a dead letter', async () => {
  const inbox = open([
    work(projectDeleted, {
      timeLimit: 1_000,
      run: async () => {
        throw new PermanentError('unreadable', 'no')
      },
      commit: async () => undefined,
      exhausted: async () => {
        throw new TypeError('a mistake of ours')
      },
    }),
  ])
  const event = anEvent()
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  expect(await row()).toMatchObject({ status: 'FAILED', error_class: 'unreadable' })
  expect(await emitted(fixture.db.admin, messageFailed)).toHaveLength(1)
})

test('a failure of a worker whose message another has taken over changes nothing', async () => {
  let fail: (reason: Error) => void = () => undefined
  const inbox = open([
    work(projectDeleted, {
      timeLimit: 60_000,
      run: () =>
        new Promise((_resolve, reject) => {
          fail = reject
        }),
      commit: async () => undefined,
    }),
  ])
  const event = anEvent()
  const delivery = inbox.receive(event.topic, event)
  await eventually('the work has begun', async () => (await row())?.status === 'PROCESSING')
  await fixture.db.admin.query(`update inbox_messages set lease_owner = 'another'`)
  fail(new Error('too late'))
  expect(await delivery).toBe('SUCCESS')
  expect(await row()).toMatchObject({ status: 'PROCESSING', lease_owner: 'another', attempts: 0 })
})

test('work whose lease ran out while the database was away goes on, and is not begun a second time beside it', async () => {
  let begun = 0
  let finish: () => void = () => undefined
  const inbox = open([
    work<{ projectId: string }, void, EffectsSchema>(projectDeleted, {
      timeLimit: 60_000,
      run: () => {
        begun += 1
        return new Promise((resolve) => {
          finish = () => resolve()
        })
      },
      commit: async (_result, { tx, data }) => addEffect(tx, DEFAULT_TENANT, data.projectId),
    }),
  ])
  const event = anEvent()
  const delivery = inbox.receive(event.topic, event)
  await eventually('the work has begun', async () => begun === 1)
  await fixture.db.admin.query(`update inbox_messages set lease_until = now() - interval '1 second'`)
  await inbox.retryDue()
  expect(begun).toBe(1)
  finish()
  await delivery
  expect(await effects()).toEqual({ [event.subject]: 1 })
})
