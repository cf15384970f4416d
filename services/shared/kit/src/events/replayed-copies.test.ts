import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { messageHandled } from '@alta/contracts/events/message-handled.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { expect, test } from 'vitest'
import { randomUUIDv7 } from '../identifiers.ts'
import { emitted } from '../testing/deliver.ts'
import { addEffect, type EffectsSchema } from '../testing/kit-fixture.ts'
import { work } from './handlers.ts'
import { anEvent, counting, type Deleted, deleted, inboxUnderTest } from './inbox.fixture.ts'

const fixture = inboxUnderTest()
const { open, effects, row, untilQuiet } = fixture
const copyOf = (event: ReturnType<typeof anEvent>, replayfor = 'inbox') => ({
  ...event,
  replayfor,
  replayid: randomUUIDv7(),
})

test('a copy for another service is acknowledged and ignored', async () => {
  const inbox = open([counting()])
  const event = copyOf(anEvent(), 'documents')
  expect(await inbox.receive(event.topic, event)).toBe('SUCCESS')
  expect(await effects()).toEqual({})
  expect(await row()).toBeUndefined()
})

test('a copy for this service is handled once for each replay, and says so', async () => {
  const inbox = open([counting()])
  const event = anEvent()
  await inbox.receive(event.topic, event)
  const [first, second] = [copyOf(event), copyOf(event)]
  for (const copy of [first, first, second]) expect(await inbox.receive(event.topic, copy)).toBe('SUCCESS')
  expect(await effects()).toEqual({ [event.subject]: 3 })
  const { id: messageId, source, topic } = event
  const told = { app: 'inbox', handler: `inbox/${topic}`, messageId, source, topic }
  expect(await emitted(fixture.db.admin, messageHandled)).toEqual([
    { ...told, replayId: first.replayid },
    { ...told, replayId: second.replayid },
  ])
})

test('copies that arrive together are each told of', async () => {
  const inbox = open([counting()])
  const copies = Array.from({ length: 20 }, () => copyOf(anEvent()))
  await Promise.all(copies.map((copy) => inbox.receive(copy.topic, copy)))
  const told = await emitted(fixture.db.admin, messageHandled)
  expect(told.map(({ replayId }) => replayId).toSorted()).toEqual(
    copies.map((copy) => copy.replayid).toSorted(),
  )
})

test('long work on a copy says so too, and its handler can see that it is one', async () => {
  const seen: boolean[] = []
  const inbox = open([
    work<Deleted, void, EffectsSchema>(projectDeleted, {
      timeLimit: 5_000,
      run: async (_data, { message }) => void seen.push(message.replay),
      commit: (_result, { tx, message, data }) => addEffect(tx, message.tenantId, data.projectId),
    }),
  ])
  const copy = copyOf(anEvent())
  await inbox.receive(copy.topic, copy)
  expect(seen).toEqual([true])
  expect(await emitted(fixture.db.admin, messageHandled)).toMatchObject([{ replayId: copy.replayid }])
})

test('a copy with one attempt is given up at its first failure, under the handler’s own name', async () => {
  const inbox = open([
    deleted(async () => {
      throw new TypeError('still broken')
    }),
  ])
  const copy = { ...copyOf(anEvent()), replayattempts: '1' }
  await inbox.receive(copy.topic, copy)
  const [told] = await emitted(fixture.db.admin, messageFailed)
  expect(told).toMatchObject({ attempts: 1, errorClass: 'TypeError', handler: `inbox/${copy.topic}` })
  expect(told?.event.replayid).toBe(copy.replayid)
  expect(await emitted(fixture.db.admin, messageHandled)).toEqual([])
})

test('a copy without that limit is repeated like any message, and told of once it works', async () => {
  let failures = 1
  const inbox = open([
    deleted(async () => {
      if (failures-- > 0) throw new TypeError('not yet')
    }),
  ])
  const copy = copyOf(anEvent())
  await inbox.receive(copy.topic, copy)
  expect(await emitted(fixture.db.admin, messageHandled)).toEqual([])
  await untilQuiet(inbox)
  expect(await emitted(fixture.db.admin, messageHandled)).toHaveLength(1)
})
