import { expect, test } from 'vitest'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { anonymousChanges } from './anonymous-changes.ts'
import type { TenantEntry } from './request-audit.ts'

let requests = 0
const by = (address: string, action = 'POST /register'): TenantEntry => ({
  tenantId: DEFAULT_TENANT,
  entry: {
    entryId: `00000000-0000-7000-8000-${String(++requests).padStart(12, '0')}`,
    at: new Date(requests).toISOString(),
    actor: null,
    action,
    summary: '',
    resources: [{ name: 'user', id: address }],
    outcome: 'allowed',
    code: null,
    count: 1,
    address,
    userAgent: 'curl',
    requestId: `request-${requests}`,
  },
})

function flood(times: number, action?: string, crowd = anonymousChanges()) {
  const admitted = Array.from({ length: times }, (_, count) => crowd.admit(by(`203.0.113.${count}`, action)))
  return { crowd, own: admitted.filter(({ ownEntry }) => ownEntry).length, admitted }
}

test('a hundred of one route have an entry each, and the others one that names nobody', () => {
  const { crowd, own } = flood(180)
  expect(own).toBe(100)
  expect(crowd.due(true).map(({ entry }) => entry)).toMatchObject([
    { count: 80, address: null, userAgent: null, resources: [], outcome: 'allowed' },
  ])
  expect(crowd.due(true)).toEqual([])
})

test('a flood at one route takes no entry from another', () => {
  const { crowd } = flood(500)
  expect(flood(100, 'POST /password-reset', crowd).own).toBe(100)
})

test('the sum is due when the minute is over, and the next minute has its hundred', () => {
  let now = 0
  const { crowd } = flood(
    101,
    undefined,
    anonymousChanges(() => now),
  )
  now = 59_000
  expect(crowd.due(false)).toEqual([])
  now = 60_000
  expect(crowd.due(false)).toMatchObject([{ entry: { count: 1 } }])
  expect(flood(100, undefined, crowd).own).toBe(100)
})

test('a transaction that fails is neither an entry nor counted', () => {
  const { crowd, admitted } = flood(102)
  for (const { takeBack } of admitted) takeBack()
  expect(crowd.due(true)).toEqual([])
})

test('with nothing beyond the hundred there is no sum', () => {
  expect(flood(100).crowd.due(true)).toEqual([])
})
