import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway-fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

test.each([
  ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
  ['text/html', '<script>alert(1)</script>'],
  ['application/pdf', '%PDF-1.7 /OpenAction << /S /JavaScript /JS (app.alert(1)) >>'],
])('what somebody has uploaded does nothing when a browser opens it: %s', async (type, bytes) => {
  gateway.stub.answer('documents', (seen, response) => {
    seen.resume()
    response.writeHead(200, { 'content-type': type, 'content-disposition': 'attachment; filename="a"' })
    response.end(bytes)
  })
  const answer = await gateway.signedIn('/api/v1/documents/1')
  expect(await answer.text()).toBe(bytes)
  const policy = answer.headers.get('content-security-policy')?.split('; ')
  // Without scripts, and without our origin, at which a session is.
  expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", 'sandbox']))
  expect(answer.headers.get('content-type')).toBe(type)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment/)
  expect(answer.headers.get('x-frame-options')).toBe('DENY')
})
