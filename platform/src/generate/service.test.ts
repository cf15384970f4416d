import { describe, expect, it } from 'vitest'
import {
  describeToApps,
  describeToArgo,
  describeToCalls,
  describeToGateway,
  describeToPostgres,
  describeToReaders,
  fill,
  migrationName,
  wordsOf,
} from './service.ts'

describe('the words of a new service', () => {
  it('stand in place of the template’s', () => {
    const words = wordsOf('categories')
    expect(fill("orderService('orders') // an order, Orders", words)).toBe(
      "categoryService('categories') // a category, Categories",
    )
    expect(fill('an order', wordsOf('invoices'))).toBe('an invoice')
  })

  it('leave Kysely and SQL alone', () => {
    expect(fill("orders.orderBy('id') order by id", wordsOf('tickets'))).toBe(
      "tickets.orderBy('id') order by id",
    )
  })

  it('are made from one plural noun only', () => {
    for (const name of ['', 'Orders', 'order', 'new-orders', '../orders', 'os']) {
      expect(() => wordsOf(name)).toThrow('not a name for a service')
    }
  })
})

it('names the migration after the moment, so that it runs after those before it', () => {
  expect(migrationName('orders', new Date('2026-11-22T12:34:56Z'))).toBe('2026-11-22T1234-create-orders.ts')
})

it('adds the service to the gateway’s routes and to the services it asks for their health', () => {
  const text = `const upstreams = [
  { prefix: '/api/v1/auth', appId: 'identity' },
] as const

export const services = ['identity', 'ocr'] as const
`
  expect(describeToGateway(text, 'orders')).toBe(`const upstreams = [
  { prefix: '/api/v1/auth', appId: 'identity' },
  { prefix: '/api/v1/orders', appId: 'orders' },
] as const

export const services = ['identity', 'ocr', 'orders'] as const
`)
})

it('adds a row to the README after the last service', () => {
  const row = '| [ocr](services/ocr/README.md) | jobs | events only |\n'
  expect(describeToReaders(`before\n${row}\nafter\n`, 'orders')).toBe(
    `before\n${row}| [orders](services/orders/README.md) | orders | \`/api/v1/orders\` |\n\nafter\n`,
  )
})

describe('what the cluster has to know of a new service', () => {
  it('is who may call it and whom it calls', () => {
    const text = 'callers:\n  gateway: [identity]\n  events: [identity]\n\n# What a caller may ask for; …\n'
    expect(describeToCalls(text, 'orders')).toBe(
      'callers:\n  gateway: [identity, orders]\n  events: [identity]\n  orders: [identity]\n\n# What a caller may ask for; …\n',
    )
  })

  it('is that it needs a database, and its login role there', () => {
    expect(describeToApps('apps:\n  gateway: {}\n', 'orders')).toBe(
      'apps:\n  gateway: {}\n  orders:\n    needs: [database]\n',
    )
    const role = (app: string) =>
      `      - name: alta_${app}\n        ensure: present\n        login: true\n        passwordSecret: { name: ${app}-database }\n        inRoles: [alta_services]\n`
    const rest = '      # Holds the one right\n      - name: alta_services\n'
    expect(describeToPostgres(`${role('ocr')}${role('tasks')}${rest}`, 'orders')).toBe(
      `${role('ocr')}${role('tasks')}${role('orders')}${rest}`,
    )
  })

  it('is one line of the ApplicationSet', () => {
    expect(describeToArgo('elements:\n  - service: ocr\n  - service: tasks\nx', 'orders')).toBe(
      'elements:\n  - service: ocr\n  - service: tasks\n  - service: orders\nx',
    )
  })
})
