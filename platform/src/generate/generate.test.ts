import { event } from '@alta/contracts/event'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { subscriptionComponents } from './components.ts'
import { eventRows, eventTableMarkdown, withEventTable } from './event-table.ts'
import { contractRegistry } from './registry.ts'
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

  it('finds who takes every event, and who takes the dead letters', () => {
    const text = source('on(letterSent, a), every(store), deadLetters<Schema>(file)')
    expect(readSubscriptions('events', text, contracts).map(({ topic }) => topic)).toEqual([
      'letter.sent.v1',
      'all',
      'dead-letters',
    ])
    expect(readSubscriptions('events', source('on(letterSent, a) // every(b)'), contracts)).toHaveLength(1)
    expect(readSubscriptions('events', 'everyTogether(store)', contracts)).toMatchObject([{ topic: 'all' }])
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

  it('binds a queue to "all" that keeps every event, handled by others or not', () => {
    for (const subscriptions of [[], [subscription], [{ app: 'events', topic: 'all' }]]) {
      const { bindings, queues } = buildTopology(contracts, subscriptions)
      expect(bindings).toContainEqual({ exchange: 'all', to: 'queue', name: 'events-all' })
      expect(queues.filter(({ name }) => name === 'events-all')).toHaveLength(1)
    }
  })
})

it('makes one component per subscription, loaded by its own app, with few events at a time for slow work and many for all work', () => {
  const text = subscriptionComponents([
    { app: 'desk', topic: 'letter.sent.v1', slow: true },
    { app: 'bell', topic: 'letter.sent.v1', slow: false },
    { app: 'archive', topic: 'all', slow: false },
  ])
  const components = parseAllDocuments(text).map((document) => document.toJS())
  expect(components.map(({ metadata, scopes }) => [metadata.name, scopes])).toEqual([
    ['sub-desk-letter-sent-v1', ['desk']],
    ['sub-bell-letter-sent-v1', ['bell']],
    ['sub-archive-all', ['archive']],
  ])
  const prefetch = components.map(
    ({ spec }) => spec.metadata.find(({ name }: { name: string }) => name === 'prefetchCount').value,
  )
  expect(prefetch).toEqual(['2', '50', '200'])
})

it('makes a module of all contracts', () => {
  const text = contractRegistry(contracts)
  expect(text).toContain("import { letterSent } from '../events/letter-sent.v1.ts'")
  expect(text).toContain('  letterSent,\n')
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
