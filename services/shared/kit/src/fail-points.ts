import { text } from './config/fields.ts'

/*
 * Named places where a test may end the process as a power cut would. They stay in the released code, so that what
 * the fault tests kill is what runs; outside of tests a service that is told to arm one refuses to start.
 */
const names = [
  /** In any transaction of the service: everything is written, nothing is committed. */
  'app.before-commit',
  /** Committed, and whoever asked for it has not been told. */
  'app.after-commit',
  'relay.after-claim',
  /** The broker has confirmed some events of a batch, and the table knows of none. */
  'relay.mid-batch',
  'relay.after-publish',
  'inbox.before-work',
  /** The effect is committed, the broker has no acknowledgement. */
  'inbox.after-commit',
  'inbox.after-ack',
] as const

export type FailPoint = (typeof names)[number]

const one = `(?:${names.map((name) => name.replace('.', '\\.')).join('|')}):(?:0\\.\\d+|[1-9]\\d{0,8})`
const grammar = new RegExp(`^${one}(?:,${one})*$`)
const inTests = process.env.NODE_ENV === 'test'

/** The setting `ALTA_FAIL_POINTS`. Outside of tests every value of it is a configuration error. */
export const failPoints = () =>
  text({
    pattern: inTests ? grammar : /^(?!)/,
    expected: inTests
      ? `"<name>:<probability below 1, or the pass to fail at>", separated by commas, with names of ${names.join(', ')}`
      : 'nothing: processes are ended at fail points in tests alone (NODE_ENV=test)',
  })

let armed: Map<string, (pass: number) => boolean> | undefined
const passes = new Map<string, number>()

/**
 * Arms what a setting such as `relay.after-publish:0.01,app.before-commit:3` names, and disarms the rest: each pass
 * fails with the probability, or the third pass does.
 * @throws {Error} outside of tests, and for a setting that says something else
 */
export function armFailPoints(setting: string | undefined): void {
  armed = undefined
  passes.clear()
  if (!setting) return
  if (!inTests) throw new Error('ALTA_FAIL_POINTS is set and NODE_ENV is not "test"')
  if (!grammar.test(setting)) throw new Error(`ALTA_FAIL_POINTS cannot be "${setting}"`)
  armed = new Map(
    setting.split(',').map((word) => {
      const [name = '', value = ''] = word.split(':')
      const number = Number(value)
      return [name, number < 1 ? () => Math.random() < number : (pass: number) => pass === number]
    }),
  )
}

/** Ends the process here when a test has said so, without a word to anybody. Costs one comparison otherwise. */
export function failPoint(name: FailPoint): void {
  if (armed === undefined) return
  const pass = (passes.get(name) ?? 0) + 1
  passes.set(name, pass)
  if (!armed.get(name)?.(pass)) return
  process.kill(process.pid, 'SIGKILL')
}
