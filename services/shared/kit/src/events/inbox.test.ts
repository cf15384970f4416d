import { expect, test } from 'vitest'
import { randomUUIDv7 } from '../identifiers.ts'
import { anEvent, counting, inboxUnderTest } from './inbox.fixture.ts'

const { open, effects } = inboxUnderTest()

test('a message delivered 50 times at once has its effect once', async () => {
  const inbox = open([counting()])
  const event = anEvent()
  const results = await Promise.all(Array.from({ length: 50 }, () => inbox.receive(event.topic, event)))
  expect(new Set(results)).toEqual(new Set(['SUCCESS']))
  expect(await effects()).toEqual({ [event.subject]: 1 })
})

test('two messages with the same content have two effects', async () => {
  const inbox = open([counting()])
  const event = anEvent()
  await inbox.receive(event.topic, event)
  await inbox.receive(event.topic, { ...event, id: randomUUIDv7() })
  expect(await effects()).toEqual({ [event.subject]: 2 })
})
