import { expect, test, vi } from 'vitest'
import { type RevocationPage, type RevocationSource, revocationsFrom } from './revocation.ts'

const session = '019a9d2e-0000-7000-8000-000000000001'
const user = '019a9d2e-0000-7000-8000-000000000002'
const token = { sessionId: session, userId: user, version: 3 }

const page = (next: string, ...items: RevocationPage['items']): RevocationPage => ({ items, next })
const ofSession = { kind: 'session', id: session, version: null, secondsLeft: 600 } as const
const ofUser = (version: number) => ({ kind: 'user', id: user, version, secondsLeft: 600 }) as const
const answers = (...pages: RevocationPage[]) => {
  let last = page('0')
  return vi.fn<RevocationSource>(async () => {
    last = pages.shift() ?? last
    return last
  })
}
const ended = { status: 401, code: 'session_ended' }

test('a process that starts asks for all that still matters before it lets a token pass', async () => {
  const source = answers(page('7', ofSession))
  const revocations = revocationsFrom(source)
  await expect(revocations.refuse(token)).rejects.toMatchObject(ended)
  expect(source.mock.calls).toEqual([[undefined]])
})

test('while nothing was heard yet it is 503, and not the caller’s fault; once heard, an outage lets tokens pass', async () => {
  let up = false
  const revocations = revocationsFrom(async () => {
    if (!up) throw new Error('away')
    return page('1')
  })
  await expect(revocations.refuse(token)).rejects.toMatchObject({ status: 503, code: 'unavailable' })
  up = true
  await revocations.refuse(token)
  up = false
  await expect(revocations.refresh()).rejects.toThrow('away')
  await revocations.refuse(token)
})

test('each question goes on where the last one ended', async () => {
  const source = answers(page('5'), page('9', ofSession))
  const revocations = revocationsFrom(source)
  await revocations.refuse(token)
  await revocations.refresh()
  await expect(revocations.refuse(token)).rejects.toMatchObject(ended)
  await expect(revocations.refuse({ ...token, sessionId: user })).resolves.toBeUndefined()
  await revocations.refresh()
  expect(source.mock.calls).toEqual([[undefined], ['5'], ['9']])
})

test('the end of a user’s tokens concerns those made before it, and none made after', async () => {
  // Told in the wrong order, as an answer that repeats something may.
  const revocations = revocationsFrom(answers(page('5', ofUser(4), ofUser(2))))
  await expect(revocations.refuse(token)).rejects.toMatchObject(ended)
  await revocations.refuse({ ...token, version: 4 })
})

test('nothing is remembered for longer than the tokens that it concerns could live', async () => {
  let clock = 0
  const revocations = revocationsFrom(answers(page('5', ofSession, ofUser(4)), page('6')), () => clock)
  await revocations.refresh()
  expect(revocations.size).toBe(2)
  clock = 600_001
  await revocations.refresh()
  expect(revocations.size).toBe(0)
})
