import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { z } from 'zod'

const here = (path: string) => new URL(path, import.meta.url).href

/** A service in a process of its own, since tracing is set up once per process and before anything else. */
const service = `
import { createServer } from 'node:http'
import { createApp } from ${JSON.stringify(here('../http/app.ts'))}
import { route } from ${JSON.stringify(here('../http/route.ts'))}
import { anyone } from ${JSON.stringify(here('../auth/policy.ts'))}
import { openSidecar } from ${JSON.stringify(here('../dapr/sidecar.ts'))}
import { currentTraceparent, flushTraces, traceparentContinuing, withSpanFrom } from ${JSON.stringify(here('./tracing.ts'))}
import { z } from ${JSON.stringify(import.meta.resolve('zod'))}

const answer = z.object({ own: z.string(), sent: z.string(), continued: z.string(), below: z.string() })
const earlier = '00-${'e'.repeat(32)}-${'b'.repeat(16)}-01'
const sidecarPort = Number(process.argv[2])
const app = createApp({ appId: 'traced', appToken: 't', routes: [route({
  method: 'get', path: '/things/:id', summary: 'x', tag: 'x', policy: anyone,
  params: z.object({ id: z.string() }),
  answers: { 200: { description: 'x', schema: answer } },
  handle: async () => {
    const sidecar = openSidecar({ DAPR_HTTP_PORT: sidecarPort, DAPR_API_TOKEN: undefined })
    const invoked = await sidecar.invoke('other', '/echo')
    const sent = Buffer.concat(await invoked.body.toArray()).toString()
    const below = await withSpanFrom(earlier, 'handle event', {}, async () => currentTraceparent())
    return { status: 200, body: { own: currentTraceparent(), sent, continued: traceparentContinuing(earlier, 'review.approved.v1'), below } }
  },
})] })
const server = createServer(app).listen(0, '127.0.0.1', () => console.log('port ' + server.address().port))
process.on('SIGUSR2', () => flushTraces().then(() => console.log('flushed')))
`

const traceId = (traceparent: string) => traceparent.split('-')[1]

test('a request is one trace through the service and on to the next; spans are sent to the collector', async () => {
  const exported: string[] = []
  await using collector = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    if (request.url === '/v1/traces') exported.push(body)
    // The same server stands in for the sidecar: it tells which traceparent it was sent.
    response
      .setHeader('content-type', 'application/json')
      .end(request.url === '/echo' ? request.headers.traceparent : '{}')
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  const { port } = collector.address() as AddressInfo

  const child = spawn(
    process.execPath,
    ['--import', here('./register.ts'), '--input-type=module', '-e', service, '--', String(port)].flatMap(
      (arg) => (arg === '--' ? ['-'] : [arg]),
    ),
    {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_SERVICE_NAME: 'traced',
        LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  try {
    await expect.poll(() => /port (\d+)/.exec(output)?.[1], { timeout: 60_000 }).toBeDefined()
    const servicePort = /port (\d+)/.exec(output)?.[1]
    const incoming = `00-${'a'.repeat(32)}-${'1'.repeat(16)}-00`
    const answer = await fetch(`http://127.0.0.1:${servicePort}/things/7`, {
      headers: { traceparent: incoming, 'dapr-api-token': 't', 'x-request-id': 'r7' },
    })
    const told = z.record(z.string(), z.string()).parse(await answer.json())

    expect(traceId(told.own ?? '')).toBe('a'.repeat(32))
    expect(told.own).toMatch(/-01$/)
    expect(traceId(told.sent ?? '')).toBe('a'.repeat(32))
    expect(told.sent).not.toContain(',')
    expect(traceId(told.continued ?? '')).toBe('e'.repeat(32))
    expect(traceId(told.below ?? '')).toBe('e'.repeat(32))
    await expect.poll(() => output).toContain('"msg":"request"')
    const line = output.split('\n').find((text) => text.includes('"msg":"request"')) ?? ''
    expect(JSON.parse(line)).toMatchObject({
      trace_id: 'a'.repeat(32),
      request_id: 'r7',
      route: '/things/:id',
    })

    child.kill('SIGUSR2')
    await expect.poll(() => output).toContain('flushed')
    const spans = exported.join('')
    expect(spans).toContain('"name":"GET /things/:id"')
    expect(spans).toContain('"traced"')
    expect(spans).toContain('"name":"review.approved.v1"')
    expect(spans).toMatch(/"links":\[\{"attributes":\[\],"spanId":"[0-9a-f]{16}","traceId":"a{32}"/)
    expect(spans).not.toContain('/v1/traces')
  } finally {
    // Nothing of tracing keeps the process from ending on SIGTERM.
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  expect(child.signalCode).toBe('SIGTERM')
  collector.closeAllConnections()
}, 120_000)
