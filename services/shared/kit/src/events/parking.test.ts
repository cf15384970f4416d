import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { expect, test } from 'vitest'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { emitted } from '../testing/deliver.ts'
import { addEffect } from '../testing/kit-fixture.ts'
import { PermanentError } from './errors.ts'
import { anEvent, deleted, inboxUnderTest } from './inbox.fixture.ts'

const fixture = inboxUnderTest()
const { open, effects, row, untilQuiet } = fixture

test('a handler that fails is parked with its reason, acknowledged, and repeated until it works', async () => {
  let failures = 1
  const inbox = open([
    deleted(async ({ projectId }, { tx }) => {
      await addEffect(tx, DEFAULT_TENANT, projectId)
      if (failures-- > 0) throw new TypeError('not yet')
    }),
  ])
  const event = anEvent()
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  expect(await effects()).toEqual({})
  expect(await row()).toMatchObject({
    status: 'PARKED',
    attempts: 1,
    error_class: 'TypeError',
    error_message: 'not yet',
  })
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  await untilQuiet(inbox)
  expect(await effects()).toEqual({ [event.subject]: 1 })
  expect(await row()).toMatchObject({ status: 'COMPLETED' })
})

test('after the last attempt a message is FAILED and told with the event and its whole history', async () => {
  const inbox = open([
    deleted(async () => {
      throw new RangeError('never')
    }),
  ])
  const event = anEvent()
  await inbox.receive(event.topic, event)
  await untilQuiet(inbox)
  expect(await row()).toMatchObject({ status: 'FAILED', attempts: 3 })
  const [told] = await emitted(fixture.db.admin, messageFailed)
  expect(told).toMatchObject({
    app: 'inbox',
    handler: `inbox/${event.topic}`,
    attempts: 3,
    errorClass: 'RangeError',
  })
  expect(told?.event).toEqual(event)
  expect(told?.history).toHaveLength(3)
  expect(told?.stack).toContain('parking.test.ts')
})

test('a permanent error is given up at once', async () => {
  const inbox = open([
    deleted(async () => {
      throw new PermanentError('project_unknown', 'there is no such project')
    }),
  ])
  const event = anEvent()
  await inbox.receive(event.topic, event)
  expect(await row()).toMatchObject({ status: 'FAILED', attempts: 1, error_class: 'project_unknown' })
})

test('a failure is kept whatever its message holds', async () => {
  const inbox = open([
    deleted(async () => {
      throw new Error(`unexpected \0 in ${'x'.repeat(485)}\u{1f600}`)
    }),
  ])
  const event = anEvent()
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  await untilQuiet(inbox)
  expect(await row()).toMatchObject({ status: 'FAILED', attempts: 3 })
})

test('a message given up once is one dead letter, however many deliveries fail at once', async () => {
  const inbox = open([
    deleted(async () => {
      throw new PermanentError('project_unknown', 'there is no such project')
    }),
  ])
  const event = anEvent()
  await Promise.all(Array.from({ length: 5 }, () => inbox.receive(event.topic, event)))
  expect(await emitted(fixture.db.admin, messageFailed)).toHaveLength(1)
})
