import { expect, test } from 'vitest'
import { type Topology, topologyOfOwner } from './topology.ts'
import { topicsThrough } from './witnesses.ts'

const topology: Topology = {
  exchanges: ['project.deleted.v1', 'review.opened.v1', 'email.send-requested.v1', 'all'],
  owners: {
    'project.deleted.v1': 'documents',
    'review.opened.v1': 'reviews',
    'email.send-requested.v1': 'every service',
  },
  queues: [
    { name: 'reviews-project.deleted.v1', app: 'reviews', topic: 'project.deleted.v1' },
    { name: 'documents-review.opened.v1', app: 'documents', topic: 'review.opened.v1' },
    { name: 'notifications-email.send-requested.v1', app: 'notifications', topic: 'email.send-requested.v1' },
    { name: 'events-all', app: 'events', topic: 'all' },
  ],
  bindings: [
    { exchange: 'project.deleted.v1', to: 'queue', name: 'reviews-project.deleted.v1' },
    { exchange: 'project.deleted.v1', to: 'exchange', name: 'all' },
    { exchange: 'review.opened.v1', to: 'queue', name: 'documents-review.opened.v1' },
    { exchange: 'review.opened.v1', to: 'exchange', name: 'all' },
    { exchange: 'email.send-requested.v1', to: 'queue', name: 'notifications-email.send-requested.v1' },
    { exchange: 'email.send-requested.v1', to: 'exchange', name: 'all' },
    { exchange: 'all', to: 'queue', name: 'events-all' },
  ],
}

test('a service stands in for what it emits and everything behind it, the queue of the event store included', () => {
  const own = topologyOfOwner(topology, 'documents')
  expect(own.exchanges).toEqual(['project.deleted.v1', 'email.send-requested.v1', 'all'])
  expect(own.queues.map(({ name }) => name)).toEqual([
    'reviews-project.deleted.v1',
    'notifications-email.send-requested.v1',
    'events-all',
  ])
  expect(own.bindings.map(({ exchange }) => exchange)).not.toContain('review.opened.v1')
})

test('a lost part concerns the topics that lead to it, and no others', () => {
  const topics = (kind: 'queue' | 'exchange', name: string) => topicsThrough(topology, [{ kind, name }])
  expect(topics('queue', 'reviews-project.deleted.v1')).toEqual(['project.deleted.v1'])
  expect(topics('exchange', 'review.opened.v1')).toEqual(['review.opened.v1'])
  expect(topics('queue', 'events-all')).toEqual(topology.exchanges)
  expect(topics('exchange', 'all')).toEqual(topology.exchanges)
})
