import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import type { Hop, Weather } from '../support/hop.ts'
import type { Stage } from '../support/stage.ts'
import { trial } from '../support/trial.ts'

const hops = (stage: Stage): readonly Hop[] => [stage.toPostgres, stage.toBroker, stage.daprdToBroker]

async function storm(hop: Hop, weather: Weather, milliseconds: number): Promise<void> {
  hop.weather(weather)
  await delay(milliseconds)
  hop.weather({})
}

export const brokenNetwork: readonly Fault[] = [
  {
    id: 'F10',
    title: 'database or broker out of reach, in one direction or both, and a line that flaps',
    run: (stage, amount) => {
      const long = amount.form === 'long'
      const away = long ? 30_000 : 2_500
      return trial(stage, {
        seconds: 5,
        pause: 10,
        patience: 240,
        async inject() {
          await storm(stage.toPostgres, { lost: 'both' }, away)
          await storm(stage.toBroker, { lost: 'both' }, away)
          await storm(stage.toBroker, { lost: 'to-client' }, away)
          await storm(stage.daprdToBroker, { lost: 'to-server' }, away)
          const flaps = long ? 15 : 3
          for (let flap = 0; flap < flaps; flap++) {
            for (const hop of hops(stage)) hop.cut()
            await delay(1_000)
          }
          return { runs: 4 + flaps }
        },
      })
    },
  },
  {
    id: 'F11',
    title: 'a slow line: 100 ms ± 50, 1 Mbit/s, writes of one byte',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        clients: 4,
        patience: 240,
        async inject() {
          const turn = amount.form === 'long' ? 15_000 : 3_000
          const all = (weather: Weather) => Promise.all(hops(stage).map((hop) => storm(hop, weather, turn)))
          await all({ delay: 100, jitter: 50 })
          await all({ rate: 125_000 })
          await storm(stage.toBroker, { pieces: 1 }, turn)
          return {
            runs: 3,
            note: 'by a TCP hop of the suite: loss, order and duplicates of packets reach a TCP application as waiting only',
          }
        },
      }),
  },
]
