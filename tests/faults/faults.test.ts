import { afterAll, describe, expect, test } from 'vitest'
import { faults } from './faults.ts'
import { seeded } from './seeded.ts'
import { openStage, type Stage } from './support/stage.ts'

// Each fault once and briefly; `make faults LONG=1` tries them for as long as it takes to trust a zero.

const seed = Date.now() % 1_000_000
let stage: Stage | undefined

afterAll(() => stage?.[Symbol.asyncDispose]())

describe(`with everything it rests on broken (seed ${seed})`, () => {
  // F9 is a test of the tasks service and runs there; F12 mounts a disk, F16 wants a program of its own, F21 a backup.
  for (const fault of faults.filter(({ id }) => !['F9', 'F12', 'F16', 'F21'].includes(id))) {
    test(`nothing is lost, doubled or made up: ${fault.id} ${fault.title}`, async () => {
      stage ??= await openStage()
      try {
        const amount = { form: 'short' as const, random: seeded(seed) }
        const { runs, kills, verdict, note = '' } = await fault.run(stage, amount, () => undefined)
        console.log(`${fault.id}: ${runs} times, ${kills} kills, ${JSON.stringify(verdict)} ${note}`)
        expect(runs).toBeGreaterThan(0)
        expect(verdict.committed).toBeGreaterThan(0)
        expect(verdict).toMatchObject({ lost: 0, duplicate: 0, phantom: 0, brokenAnswers: 0 })
      } catch (error) {
        // What it has left behind is not to be blamed on the next one.
        const broken = stage
        stage = undefined
        console.log(await broken.producer.log(), await broken.consumer.log())
        await broken[Symbol.asyncDispose]()
        throw error
      }
    })
  }
})
