import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Circuit, type Command, step } from './circuit.ts'
import { rules, sharedCircuits, start } from './circuits.fixture.ts'

const id = fc.constantFrom('a', 'b', 'c', 'd')
const command = fc.oneof(
  fc.record({ kind: fc.constantFrom('open' as const, 'open-by-hand' as const), reason: fc.constant('why') }),
  fc.record({ kind: fc.constant('close-by-hand' as const) }),
  fc.record({ kind: fc.constantFrom('trial', 'trial', 'success', 'failure', 'release'), id }),
) as fc.Arbitrary<Command>
/** Mostly moments around those at which something ends. */
const pause = fc.oneof(fc.constantFrom(0, 1, 29_999, 30_000, 35_000), fc.integer({ min: 0, max: 40_000 }))
const history = fc.array(fc.record({ after: pause, command }), { minLength: 1, maxLength: 30 })

/** What is promised, told a second time and by other means: a list of what has happened. */
function model() {
  let opened: number | 'by hand' | undefined
  let trials: { id: string; end: number }[] = []
  let successes = 0
  const open = (at: number | 'by hand') => {
    opened = at
    trials = []
    successes = 0
  }
  return (next: Command, now: number): { closed: boolean; granted: boolean } => {
    let granted = false
    if (next.kind === 'open' && opened === undefined) open(now)
    if (next.kind === 'open-by-hand') open('by hand')
    if (next.kind === 'close-by-hand') {
      opened = undefined
      granted = true
    }
    if (next.kind === 'trial') {
      if (opened === undefined) granted = true
      else if (opened !== 'by hand' && now - opened >= rules.openMs) {
        trials = trials.filter(({ end }) => end > now)
        granted = trials.length < rules.trials
        if (granted)
          trials = [...trials.filter((one) => one.id !== next.id), { id: next.id, end: now + rules.trialMs }]
      }
    }
    if ('id' in next && next.kind !== 'trial' && trials.some((one) => one.id === next.id)) {
      trials = trials.filter((one) => one.id !== next.id)
      if (next.kind === 'failure') open(now)
      if (next.kind === 'success') successes += 1
      if (successes === rules.successes) opened = undefined
    }
    if (opened === undefined) {
      trials = []
      successes = 0
    }
    return { closed: opened === undefined, granted }
  }
}

test('whatever happens when, a circuit does what is promised', () => {
  fc.assert(
    fc.property(history, (events) => {
      const promised = model()
      let circuit: Circuit | undefined
      let now = start
      for (const { after, command } of events) {
        now += after
        const next = step(circuit, command, { rules, now })
        circuit = next.circuit
        expect({ closed: circuit === undefined, granted: next.granted }).toEqual(promised(command, now))
        expect(Object.keys(circuit?.trials ?? {}).length).toBeLessThanOrEqual(rules.trials)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('Redis and a process make the same of a circuit', async () => {
  let now = start
  const shared = await sharedCircuits({ clock: () => now })
  await fc.assert(
    fc.asyncProperty(fc.uuid(), history, async (upstream, events) => {
      let circuit: Circuit | undefined
      for (const { after, command } of events) {
        now += after
        const changed = await shared.change(upstream, command)
        expect(changed.before).toEqual(circuit)
        const own = step(circuit, command, { rules, now })
        expect({ circuit: changed.after, granted: changed.granted }).toEqual(own)
        circuit = own.circuit
      }
    }),
    { numRuns: 100 },
  )
})
