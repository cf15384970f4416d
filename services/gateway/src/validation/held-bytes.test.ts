import { expect, test } from 'vitest'
import { heldBytes } from './held-bytes.ts'

test('what does not fit is not held, until something is given back, which counts once', () => {
  const room = heldBytes(10)
  const release = room.take(6)
  expect(room.take(5)).toBeUndefined()
  release?.()
  release?.()
  expect(room.take(10)).toBeDefined()
  expect(room.take(1)).toBeUndefined()
})
