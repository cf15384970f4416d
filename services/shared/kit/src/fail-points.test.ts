import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { failPoints } from './fail-points.ts'

const run = promisify(execFile)

/** A process of its own, since a fail point ends it. */
async function child(script: string, environment: Record<string, string>) {
  const folder = new URL('./', import.meta.url).href
  const code = `
    const { armFailPoints, failPoint, failPoints } = await import('${folder}fail-points.ts')
    const { readConfig } = await import('${folder}config.ts')
    ${script}`
  const options = { env: { PATH: process.env.PATH, ...environment } }
  return run(process.execPath, ['--input-type=module', '--eval', code], options).then(
    ({ stdout }) => ({ code: 0, signal: null, stdout, stderr: '' }),
    ({ code, signal, stdout, stderr }) => ({ code, signal, stdout, stderr }),
  )
}

const threePasses = `
  armFailPoints(process.env.ALTA_FAIL_POINTS)
  for (let pass = 1; pass <= 3; pass++) { failPoint('relay.after-publish'); process.stdout.write(String(pass)) }`

test('a process ends by SIGKILL at the pass that a test has named, and not before', async () => {
  const ended = await child(threePasses, { NODE_ENV: 'test', ALTA_FAIL_POINTS: 'relay.after-publish:3' })
  expect(ended).toMatchObject({ signal: 'SIGKILL' })
})

test('a point that is not named lets everything pass', async () => {
  const ended = await child(threePasses, { NODE_ENV: 'test', ALTA_FAIL_POINTS: 'relay.after-claim:1' })
  expect(ended).toMatchObject({ code: 0, stdout: '123' })
})

test('a probability fails some passes', async () => {
  const script = `armFailPoints('inbox.before-work:0.2'); for (;;) failPoint('inbox.before-work')`
  expect(await child(script, { NODE_ENV: 'test' })).toMatchObject({ signal: 'SIGKILL' })
})

test.each(['production', 'development', ''])(
  'outside of tests (NODE_ENV=%s) a service that is told to arm one stops at start and names the variable',
  async (NODE_ENV) => {
    const script = `readConfig('config.ts', { ALTA_FAIL_POINTS: failPoints().optional() }); process.stdout.write('ran')`
    const refused = await child(script, { NODE_ENV, ALTA_FAIL_POINTS: 'relay.after-publish:1' })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('ALTA_FAIL_POINTS  expected nothing')
    expect(await child(script, { NODE_ENV })).toMatchObject({ code: 0, stdout: 'ran' })
    expect(await child(`armFailPoints('relay.after-publish:1')`, { NODE_ENV })).toMatchObject({ code: 1 })
  },
)

test.each(['relay.nowhere:1', 'relay.after-claim', 'relay.after-claim:0', 'relay.after-claim:1;x', ':1'])(
  'the setting "%s" is refused',
  (ALTA_FAIL_POINTS) => {
    const fields = { ALTA_FAIL_POINTS: failPoints().optional() }
    expect(parseConfig(fields, { ALTA_FAIL_POINTS }).faults).toHaveLength(1)
    expect(
      parseConfig(fields, { ALTA_FAIL_POINTS: 'relay.after-claim:0.5,app.before-commit:2' }).faults,
    ).toBe(undefined)
  },
)
