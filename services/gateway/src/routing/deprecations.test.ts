import { expect, test } from 'vitest'
import { startGateway } from '../testing/gateway-fixture.ts'
import { deprecationHeaders } from './deprecations.ts'

const since = new Date('2026-11-01T00:00:00Z')
const sunset = new Date('2027-05-01T00:00:00Z')
const link = 'https://alta.example/moved'

test('a route on its way out says since when, until when and where to read on, whatever it answers', async () => {
  const gateway = await startGateway({
    deprecations: { 'GET /api/v1/documents/{id}': { since, sunset: new Date('9999-01-01T00:00:00Z'), link } },
  })
  const answers = [
    await gateway.signedIn('/api/v1/documents/1'),
    await gateway.signedIn('/api/v1/documents/1', { method: 'HEAD' }),
    await fetch(`${gateway.url}/api/v1/documents/1`),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 401])
  for (const { headers } of answers) {
    expect(headers.get('deprecation')).toBe('@1793491200')
    expect(headers.get('sunset')).toBe('Fri, 01 Jan 9999 00:00:00 GMT')
    expect(headers.get('link')).toBe(`<${link}>; rel="deprecation"`)
  }
  expect((await gateway.signedIn('/api/v1/projects')).headers.get('deprecation')).toBeNull()
  await gateway.close()
})

test('a route whose time is over is gone, and says so', () => {
  expect(deprecationHeaders({ since, sunset }, new Date(sunset.getTime() - 1))).toEqual({
    deprecation: '@1793491200',
    sunset: 'Sat, 01 May 2027 00:00:00 GMT',
  })
  expect(() => deprecationHeaders({ since, sunset }, sunset)).toThrow(
    expect.objectContaining({
      status: 410,
      code: 'route_gone',
      headers: expect.objectContaining({ deprecation: '@1793491200' }),
    }),
  )
})

test('a route that there is none of cannot be on its way out', async () => {
  await expect(startGateway({ deprecations: { 'GET /api/v1/nothing': { since } } })).rejects.toThrow(
    'GET /api/v1/nothing',
  )
})
