import { expect, inject, test } from 'vitest'
import { Tally } from '../attacks/area.ts'
import { authorization } from '../attacks/areas/authorization.ts'
import { fuzz } from '../attacks/areas/fuzz.ts'
import { services } from '../attacks/areas/services.ts'
import { tokens } from '../attacks/areas/tokens.ts'
import { openScene } from '../attacks/scene.ts'

// What `make attacks` has time for in a minute; the other areas, and requests by the ten thousand, are its own.

test('nobody gets in where the table says that they do not, nor by a broken token, nor beside the gateway', async () => {
  await using scene = await openScene(inject('home'))
  for (const area of [authorization, tokens, services]) {
    const tally = new Tally()
    await area.attack(scene, tally, { form: 'short', seed: 1 })
    expect(tally.breakIns, area.name).toEqual([])
    // Nothing tried must not look like nobody got in.
    expect(tally.tries, area.name).toBeGreaterThan(90)
  }
})

test('requests that nobody thought of get an answer that is documented, and nothing breaks', async () => {
  await using scene = await openScene(inject('home'))
  const seed = Math.floor(Math.random() * 1_000_000)
  const tally = new Tally()
  await fuzz.attack(scene, tally, { form: 'short', seed })
  expect(tally.breakIns, `make attacks ONLY=random SEED=${seed}`).toEqual([])
  expect(tally.tries).toBeGreaterThan(500)
})
