import { expect, test } from 'vitest'
import { withContext } from '../http/request-context.ts'
import { createLog } from './log.ts'

function written(say: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = []
  const log = createLog((line) => lines.push(line))
  log.level = 'info'
  say(log)
  return lines.join('')
}

test('a line is JSON with a word for its level, a time people can read, and the request id', () => {
  const line = written((log) =>
    withContext({ requestId: 'r1', correlationId: 'r1' }, () => log.info({ ms: 3 }, 'request')),
  )
  expect(JSON.parse(line)).toMatchObject({
    level: 'info',
    msg: 'request',
    ms: 3,
    request_id: 'r1',
    service: 'alta',
  })
  expect(line).toMatch(/"time":"\d{4}-\d\d-\d\dT/)
})

test('what is secret is not written, wherever it usually stands', () => {
  const line = written((log) => {
    log.info({ password: 'hunter2', body: { password: 'hunter2', refreshToken: 'hunter2' } })
    log.info({
      req: { headers: { authorization: 'Bearer hunter2', cookie: 'hunter2', 'dapr-api-token': 'hunter2' } },
    })
    log.info({ headers: { 'set-cookie': 'hunter2', Accept: 'visible' } })
  })
  expect(line).not.toContain('hunter2')
  expect(line).toContain('visible')
})
