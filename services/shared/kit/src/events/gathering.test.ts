import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventually } from '../testing/wait.ts'
import { createGathering } from './gathering.ts'

/** Handles numbers, each batch as long as `busy` says, and notes what was taken together. */
function numbers(busy: (items: readonly number[]) => Promise<unknown>, options = { alone: false, extra: 2 }) {
  const batches: (readonly number[])[] = []
  const extraLanes = { free: options.extra }
  let running = 0
  let most = 0
  const gathering = createGathering<number>({
    alone: options.alone,
    extraLanes,
    async handle(items) {
      batches.push(items)
      running += 1
      most = Math.max(most, running)
      await busy(items)
      running -= 1
      return []
    },
  })
  return { gathering, batches, extraLanes, most: () => most }
}

const countTo = (count: number) => Array.from({ length: count }, (_none, index) => index)

test('what arrives while earlier items are handled is taken together next, 200 at most', async () => {
  const { gathering, batches } = numbers(() => delay(5))
  for (const number of countTo(450)) gathering.add(number)
  await eventually('all are handled', () => batches.flat().length === 450)
  expect(batches[0]).toEqual([0])
  expect(batches.length).toBeLessThan(10)
  expect(Math.max(...batches.map((items) => items.length))).toBeLessThanOrEqual(200)
  expect(batches.flat()).toEqual(countTo(450))
})

test('nothing waits on purpose: a single item is taken at once', () => {
  const { gathering, batches } = numbers(() => delay(5))
  gathering.add(7)
  expect(batches).toEqual([[7]])
})

test('an item that never ends holds up nobody, and further lanes are bounded', async () => {
  const { gathering, batches, extraLanes, most } = numbers((items) =>
    items.includes(0) ? new Promise(() => undefined) : delay(40),
  )
  for (const number of countTo(10)) gathering.add(number)
  await eventually('all others are handled', () => batches.flat().length === 10 && extraLanes.free === 2)
  expect(most()).toBeLessThanOrEqual(3)
})

test('nor do several of them hold up what is to be handled alone', async () => {
  const done: number[] = []
  const gathering = createGathering<number>({
    alone: false,
    extraLanes: { free: 3 },
    async handle(items) {
      if (items.length > 1) return items
      if (items.some((number) => number % 4 === 0)) return new Promise(() => undefined)
      done.push(...items)
      return []
    },
  })
  for (const number of countTo(12)) gathering.add(number)
  await eventually('all others are handled', () => done.length === 9)
})

test('where the time goes into what items share, they are taken together however long that takes', async () => {
  const { gathering, batches } = numbers(() => delay(120), { alone: false, extra: 0 })
  for (const number of countTo(400)) gathering.add(number)
  await eventually('all are handled', () => batches.flat().length === 400)
  expect(batches.length).toBeLessThan(20)
})

test('where each item takes its time, few are taken together', async () => {
  const { gathering, batches } = numbers((items) => delay(80 * items.length), { alone: false, extra: 0 })
  for (const part of [20, 40]) {
    for (const number of countTo(20)) gathering.add(number)
    await eventually('all are handled', () => batches.flat().length === part)
  }
  const [, atFirst, ...later] = batches.map((items) => items.length)
  expect(atFirst).toBe(19)
  expect(Math.max(...later)).toBeLessThanOrEqual(8)
})

test('items that ask for it are each alone, some at once', async () => {
  const { gathering, batches, most } = numbers(() => delay(20), { alone: true, extra: 2 })
  for (const number of countTo(9)) gathering.add(number)
  await eventually('all are handled', () => batches.length === 9)
  expect(batches.every((items) => items.length === 1)).toBe(true)
  expect(most()).toBe(3)
})

test('whatever fails together, every item is handled alone or with others, and settles once', async () => {
  const item = fc.record({ poison: fc.boolean(), wait: fc.nat({ max: 3 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 60 }), async (items) => {
      const settled: number[] = []
      const gathering = createGathering<number>({
        alone: false,
        extraLanes: { free: 2 },
        async handle(taken) {
          await delay(items[taken[0] ?? 0]?.wait)
          if (taken.length > 1 && taken.some((index) => items[index]?.poison)) return taken
          settled.push(...taken)
          return []
        },
      })
      for (const index of items.keys()) gathering.add(index)
      await eventually('all are settled', () => settled.length >= items.length)
      expect(settled.toSorted((a, b) => a - b)).toEqual([...items.keys()])
    }),
    { numRuns: 30 },
  )
})
