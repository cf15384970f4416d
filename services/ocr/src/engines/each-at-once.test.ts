import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eachAtOnce } from './each-at-once.ts'

const never = new AbortController().signal

test('does so many at a time and all in the end', async () => {
  const done: number[] = []
  let [now, most] = [0, 0]
  await eachAtOnce([1, 2, 3, 4, 5], 2, never, async (item) => {
    most = Math.max(most, ++now)
    await delay(5)
    now--
    done.push(item)
  })
  expect(done).toEqual([1, 2, 3, 4, 5])
  expect(most).toBe(2)
})

test('after a failure nothing new is begun, and what had begun has ended when it is thrown', async () => {
  const ended: number[] = []
  const begun: number[] = []
  const all = eachAtOnce([1, 2, 3, 4], 2, never, async (item) => {
    begun.push(item)
    if (item === 1) throw new Error('one has failed')
    await delay(20)
    ended.push(item)
  })
  await expect(all).rejects.toThrow('one has failed')
  expect(begun).toEqual([1, 2])
  expect(ended).toEqual([2])
})

test('an abort reaches what is under way and is the reason that is told', async () => {
  const abort = new AbortController()
  const all = eachAtOnce([1, 2], 1, abort.signal, async (_, signal) => {
    abort.abort(new Error('stopping'))
    signal.throwIfAborted()
  })
  await expect(all).rejects.toThrow('stopping')
})
