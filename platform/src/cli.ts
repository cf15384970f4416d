// The runner behind the Makefile: one command per target.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openCheckout } from './checkout.ts'
import { checkCluster, clusterUpAndTell } from './cluster/check.ts'
import { clusterDown } from './cluster/cluster.ts'
import { check, format, types } from './commands/check.ts'
import { confirmClean } from './commands/confirm-clean.ts'
import { dev } from './commands/dev.ts'
import { down } from './commands/down.ts'
import { events, generate, releaseContracts } from './commands/generate.ts'
import { logs } from './commands/logs.ts'
import { newService } from './commands/new-service.ts'
import { observe } from './commands/observe.ts'
import { status } from './commands/status.ts'
import { up } from './commands/up.ts'
import { verifyAudit } from './commands/verify-audit.ts'
import { line, reportFailure, StepFailed } from './console/steps.ts'
import { runProgram } from './test/program.ts'
import { browserTests, runTests, unitTests } from './test/run.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    clean: { type: 'boolean', default: false },
    follow: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    only: { type: 'string' },
    peers: { type: 'string' },
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
    transport: { type: 'string' },
    verify: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    lines: { type: 'string', default: '200' },
    'no-samples': { type: 'boolean', default: false },
    yes: { type: 'boolean', short: 'y', default: false },
  },
})
const [command = '', argument] = positionals

// `make status | head` closes our output early; that is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

function tellWhenInterrupted(whatToDo: string): void {
  process.once('SIGINT', () => {
    console.log(`\ninterrupted; what runs by now goes on: ${whatToDo}`)
    process.exit(130)
  })
}

try {
  const checkout = await openCheckout()
  const commands: Record<string, () => Promise<unknown>> = {
    up() {
      // Servers and the supervisor run on without us, and nobody would know.
      tellWhenInterrupted('make up continues, make down stops it')
      return up(checkout, { samples: !values['no-samples'], watch: false })
    },
    async down() {
      const { clean, yes } = values
      if (clean && !(await confirmClean(checkout, yes))) return line('down', 'nothing was removed or stopped')
      await down(checkout, { clean })
    },
    status: () => status(checkout),
    logs: () => logs(checkout, { name: argument, follow: values.follow, lines: Number(values.lines) }),
    dev: () => dev(checkout),
    observe: () => observe(checkout, { verify: values.verify }),
    generate: () => generate(checkout),
    events: () => events(checkout),
    'release-contracts': () => releaseContracts(checkout),
    check: () => check(checkout),
    types: () => types(checkout),
    format: () => format(checkout),
    test: () => runTests(checkout, values.only === undefined ? undefined : unitTests(values.only.split(','))),
    'test-browser': () => runTests(checkout, browserTests(values.only?.split(',') ?? [], values.write)),
    bench: () =>
      runProgram(checkout, 'bench', [
        ...(values.long ? ['--long'] : []),
        ...(values.short ? ['--short'] : []),
        ...(values.write ? ['--write'] : []),
        ...(values.only ? ['--only', values.only] : []),
        ...(values.peers ? ['--peers', values.peers] : []),
      ]),
    drill: () =>
      runProgram(checkout, 'drill', [
        ...(values.write ? ['--write'] : []),
        ...(values.only ? ['--only', values.only] : []),
      ]),
    'restore-drill': () => runProgram(checkout, 'restore', values.write ? ['--write'] : []),
    faults: () =>
      runProgram(checkout, 'faults', [
        ...(values.long ? ['--long'] : []),
        ...(values.seed ? ['--seed', values.seed] : []),
        ...(values.only ? ['--only', values.only] : []),
        ...(values.transport ? ['--transport', values.transport] : []),
      ]),
    attacks: () =>
      runProgram(checkout, 'attacks', [
        ...(values.seed ? ['--seed', values.seed] : []),
        ...(values.only ? ['--only', values.only] : []),
        ...(values.keep ? ['--keep'] : []),
      ]),
    'cluster-up'() {
      // So does a node, and half a one is not gone on with.
      tellWhenInterrupted('make cluster-down stops it and puts the machine back')
      return clusterUpAndTell(checkout)
    },
    'cluster-down': () => clusterDown(checkout, (text) => line('cluster', text)),
    'check-cluster': () => checkCluster(checkout, { keep: values.keep, only: values.only?.split(',') ?? [] }),
    'verify-audit': () => verifyAudit(checkout, argument && resolve(argument)),
    'new-service': () => newService(checkout, argument ?? ''),
  }
  const run = commands[command]
  if (!run) throw new StepFailed(`there is no command ${command || '(none given)'}`, 'make help')
  await run()
} catch (error) {
  reportFailure(error)
}
