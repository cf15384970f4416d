import { expect, it } from 'vitest'
import { claim, isClaimed, waitForClaim } from './mutex.ts'

const name = `test-${process.pid}`

it('gives a name to one holder at a time', async () => {
  const first = await claim(name)
  expect(first).toBeDefined()
  expect(await claim(name)).toBeUndefined()
  expect(await isClaimed(name)).toBe(true)
  first?.release()
  const second = await waitForClaim(name, () => undefined)
  expect(second).toBeDefined()
  second.release()
  expect(await isClaimed(`${name}-nobody`)).toBe(false)
})
