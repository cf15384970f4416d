import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { confirmClean } from './confirm-clean.ts'

const checkout = { id: 'alta_1234abcd', home: '/somewhere/alta/.alta' }
let told: string[]
beforeEach(() => {
  told = []
  vi.stubEnv('CI', '')
  vi.spyOn(console, 'log').mockImplementation((text = '') => void told.push(text))
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** A terminal whose person types this; nothing and Ctrl-D when it is empty. */
function terminal(types: string, isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY })
  const output = Object.assign(new PassThrough(), { isTTY })
  let asked = ''
  output.on('data', (text) => {
    asked += String(text)
    if (asked.includes('[y/N]') && input.writable) input.end(types)
  })
  return { input, output, asked: () => asked }
}

it.each([
  ['y\n', true],
  ['yes\n', true],
  ['n\n', false],
  ['\n', false],
  ['', false],
])('a person who answers %j: %s', async (types, expected) => {
  expect(await confirmClean(checkout, false, terminal(types))).toBe(expected)
})

it('says what goes before it asks', async () => {
  await confirmClean(checkout, false, terminal('n\n'))
  const text = told.join('\n')
  for (const part of ['alta_1234abcd in PostgreSQL', 'vhost alta_1234abcd', '/somewhere/alta/.alta']) {
    expect(text).toContain(part)
  }
})

it('does not ask who has said yes beforehand, who has no terminal, or CI', async () => {
  const given = terminal('n\n')
  expect(await confirmClean(checkout, true, given)).toBe(true)
  expect(await confirmClean(checkout, false, terminal('', false))).toBe(true)
  vi.stubEnv('CI', 'true')
  expect(await confirmClean(checkout, false, given)).toBe(true)
  expect(given.asked()).toBe('')
})
