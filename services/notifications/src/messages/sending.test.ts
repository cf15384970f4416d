import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { sendingTracker } from './sending.ts'

it('waits for what is on its way and begins nothing new', async () => {
  const sending = sendingTracker()
  let arrived = false
  const underway = sending.track(async () => {
    await delay(50)
    arrived = true
  })
  await sending.drain(5_000)
  expect(arrived).toBe(true)
  await underway
  await expect(sending.track(async () => undefined)).rejects.toThrow('stopping')
})

it('does not wait for ever', async () => {
  const sending = sendingTracker()
  void sending.track(() => new Promise(() => undefined))
  const started = Date.now()
  await sending.drain(20)
  expect(Date.now() - started).toBeLessThan(2_000)
})
