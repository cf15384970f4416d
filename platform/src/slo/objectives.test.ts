import { expect, test } from 'vitest'
import { objectives, type Selector } from './objectives.ts'

/** Whether the selector takes a request of this route, as Prometheus decides it. */
function takes(selector: Selector | undefined, route: string): boolean {
  const [, not, pattern = ''] = /^(!?)=?~"(.*)"$/.exec(selector?.labels.route ?? '') ?? []
  return new RegExp(`^(?:${pattern})$`).test(route) !== (not === '!')
}
const totalOf = (slo: string) => objectives.find((one) => one.slo === slo)?.total

test.each([
  '/api/v1/documents',
  '/api/v1/voice-samples',
  '/api/v1/documents/{id}',
  '/api/v1/documents/{id}/versions/{v}',
  '/api/v1/events',
  '/api/v1/reviews/{id}/claim',
])('%s is promised to be quick', (route) => {
  expect(takes(totalOf('api-latency'), route)).toBe(true)
})

test.each([
  '/api/v1/projects/{id}/documents',
  '/api/v1/projects/{id}/voice-samples',
  '/api/v1/documents/{id}/versions',
  '/api/v1/voice-samples/{id}/file',
  '/api/v1/audit/export',
  '/api/v1/dead-letters/{group}/messages.csv',
  '/api/v1/tasks/{id}/events',
  '/health/ready',
  'unmatched',
])('%s is not: it moves a file, lasts, or nobody waits for it', (route) => {
  expect(takes(totalOf('api-latency'), route)).toBe(false)
})

test('a probe that is answered 503 does not use up what is promised of requests', () => {
  for (const route of ['/health', '/health/ready', '/health/live'])
    expect(takes(totalOf('api-availability'), route)).toBe(false)
  for (const route of ['unmatched', '/api/v1/projects', '/api/v1/projects/{id}/documents'])
    expect(takes(totalOf('api-availability'), route)).toBe(true)
})
