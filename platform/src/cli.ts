// The runner behind the Makefile: one command per target.
import { parseArgs } from 'node:util'
import { openCheckout } from './checkout.ts'
import { check, format, types } from './commands/check.ts'
import { dev } from './commands/dev.ts'
import { down } from './commands/down.ts'
import { events, generate } from './commands/generate.ts'
import { logs } from './commands/logs.ts'
import { newService } from './commands/new-service.ts'
import { status } from './commands/status.ts'
import { up } from './commands/up.ts'
import { reportFailure, StepFailed } from './console/steps.ts'
import { runBench } from './test/bench.ts'
import { runTests } from './test/run.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    clean: { type: 'boolean', default: false },
    follow: { type: 'boolean', default: false },
    lines: { type: 'string', default: '200' },
    'no-samples': { type: 'boolean', default: false },
  },
})
const [command = '', argument] = positionals

// `make status | head` closes our output early; that is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

try {
  const checkout = await openCheckout()
  const commands: Record<string, () => Promise<unknown>> = {
    up: () => up(checkout, { samples: !values['no-samples'], watch: false }),
    down: () => down(checkout, { clean: values.clean }),
    status: () => status(checkout),
    logs: () => logs(checkout, { name: argument, follow: values.follow, lines: Number(values.lines) }),
    dev: () => dev(checkout),
    generate: () => generate(checkout),
    events: () => events(checkout),
    check: () => check(checkout),
    types: () => types(checkout),
    format: () => format(checkout),
    test: () => runTests(checkout),
    bench: () => runBench(checkout),
    'new-service': () => newService(checkout, argument ?? ''),
  }
  const run = commands[command]
  if (!run) throw new StepFailed(`there is no command ${command || '(none given)'}`, 'make help')
  await run()
} catch (error) {
  reportFailure(error)
}
