import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { linesTogether } from './lines-together.ts'

test('lines of one turn are written at once and in their order, those of the next by themselves', async () => {
  const written: string[] = []
  const lines = linesTogether((text) => written.push(text))
  for (const line of ['a\n', 'b\n']) lines.write(line)
  expect(written).toEqual([])
  await nextTurn()
  lines.write('c\n')
  await nextTurn()
  expect(written).toEqual(['a\nb\n', 'c\n'])
})

test('what is left is written by who ends, and once only', async () => {
  const written: string[] = []
  const lines = linesTogether((text) => written.push(text))
  lines.write('last words\n')
  lines.flushSync()
  await nextTurn()
  expect(written).toEqual(['last words\n'])
})

test('who writes without a pause waits for no turn to end', () => {
  const written: string[] = []
  const lines = linesTogether((text) => written.push(text))
  for (let line = 0; line < 200; line++) lines.write(`${'x'.repeat(1_023)}\n`)
  expect(written.join('').length).toBeGreaterThan(100_000)
})
