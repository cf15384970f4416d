import { event } from '@alta/contracts/event'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { subscriptionComponents } from './components.ts'
import { eventRows, eventTableMarkdown, withEventTable } from './event-table.ts'
import { readSubscriptions } from './subscriptions.ts'
import { buildTopology } from './topology.ts'

const contract = (topic: string, slow = false) => ({
  symbol: 'letterSent',
  module: 'letter-sent.v1',
  contract: event({
    topic,
    owner: 'post',
    summary: 'A letter is on its way.',
    schema: z.object({ id: z.string() }),
    example: { id: '1' },
    subject: ({ id }) => id,
    slow,
  }),
})
const contracts = [contract('letter.sent.v1', true)]
const source = (use: string): string => `import { letterSent } from '@alta/contracts/events/letter-sent.v1'
import { on, work } from '@alta/kit/events/handlers'
export const subscriptions = () => [${use}]`

describe('reading subscriptions', () => {
  it('finds what on and work react to', () => {
    const expected = [{ app: 'desk', topic: 'letter.sent.v1', slow: true }]
    expect(readSubscriptions('desk', source('on(letterSent, read)'), contracts)).toEqual(expected)
    expect(readSubscriptions('desk', source('work(\n  letterSent,\n  { run })'), contracts)).toEqual(expected)
  })

  it('refuses a contract that is imported and handled by nobody', () => {
    expect(() => readSubscriptions('desk', source('// on(letterSent, read)'), contracts)).toThrow(
      'has no on(letterSent',
    )
  })

  it('refuses a handler of something that is no contract', () => {
    expect(() => readSubscriptions('desk', source('on(letterSent, a), on(other, b)'), contracts)).toThrow(
      'handles other',
    )
  })

  it('refuses an import that no contract file has', () => {
    expect(() => readSubscriptions('desk', source('on(letterSent, a)'), [])).toThrow(
      'exports no such contract',
    )
  })
})

describe('the topology', () => {
  const subscription = { app: 'desk', topic: 'letter.sent.v1' }

  it('binds each subscriber’s queue to the topic, and every topic to "all"', () => {
    const { queues, bindings, exchanges, owners } = buildTopology(contracts, [subscription])
    expect(exchanges).toEqual(['letter.sent.v1', 'all', 'dead-letters', 'unrouted'])
    expect(owners).toEqual({ 'letter.sent.v1': 'post' })
    expect(queues.map(({ name }) => name)).toContain('desk-letter.sent.v1')
    expect(bindings).toContainEqual({ exchange: 'letter.sent.v1', to: 'queue', name: 'desk-letter.sent.v1' })
    expect(bindings).toContainEqual({ exchange: 'letter.sent.v1', to: 'exchange', name: 'all' })
  })

  it('keeps what nobody handles, and only that, in the queue of unhandled events', () => {
    const unhandled = { exchange: 'letter.sent.v1', to: 'queue', name: 'events-unhandled' }
    expect(buildTopology(contracts, []).bindings).toContainEqual(unhandled)
    expect(buildTopology(contracts, [subscription]).bindings).not.toContainEqual(unhandled)
  })

  it('puts no queue behind "all" before somebody subscribes to it', () => {
    const { bindings } = buildTopology(contracts, [subscription])
    expect(bindings.filter(({ exchange }) => exchange === 'all')).toEqual([])
  })
})

it('makes one component per subscription, loaded by its own app, with few events at a time for slow work', () => {
  const text = subscriptionComponents([
    { app: 'desk', topic: 'letter.sent.v1', slow: true },
    { app: 'bell', topic: 'letter.sent.v1', slow: false },
  ])
  const components = parseAllDocuments(text).map((document) => document.toJS())
  expect(components.map(({ metadata, scopes }) => [metadata.name, scopes])).toEqual([
    ['sub-desk-letter-sent-v1', ['desk']],
    ['sub-bell-letter-sent-v1', ['bell']],
  ])
  const prefetch = components.map(
    ({ spec }) => spec.metadata.find(({ name }: { name: string }) => name === 'prefetchCount').value,
  )
  expect(prefetch).toEqual(['2', '50'])
})

it('writes the event table between its markers and nowhere else', () => {
  const table = eventTableMarkdown(
    eventRows(contracts, [{ app: 'desk', topic: 'letter.sent.v1', slow: true }]),
  )
  expect(table).toContain('| letter.sent.v1 | post | desk | desk-letter.sent.v1 |')
  const readme = '# A\n<!-- events:start -->\nold\n<!-- events:end -->\nrest\n'
  expect(withEventTable(readme, 'new')).toBe('# A\n<!-- events:start -->\nnew\n<!-- events:end -->\nrest\n')
  expect(withEventTable('# A\n', 'new')).toBe('# A\n')
})
