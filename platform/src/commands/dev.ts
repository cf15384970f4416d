import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { line } from '../console/steps.ts'
import { readState } from '../supervisor/state.ts'
import { down } from './down.ts'
import { up } from './up.ts'

/** Runs in the foreground with restarts on change; Ctrl-C stops the platform. */
export async function dev(checkout: Checkout): Promise<void> {
  const running = await readState(checkout.home)
  if (running && !running.watching) {
    line('dev', 'stopping the platform that make up left running, to start it with watching')
    await down(checkout, { clean: false })
  }
  const { processes } = await up(checkout, { samples: false, watch: true })
  const services = processes.filter(({ kind }) => kind === 'service')
  const files = [...services.map(({ name }) => name), 'supervisor'].map((name) =>
    join(checkout.logs, `${name}.log`),
  )
  line('dev', 'following the services; a saved .ts restarts its service; Ctrl-C stops everything')
  // Its own group: Ctrl-C is for us, and the log goes on while the services end.
  const follow = spawn('tail', ['-n', '0', '-F', '-q', ...files], {
    stdio: ['ignore', 'inherit', 'ignore'],
    detached: true,
  })
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
  await down(checkout, { clean: false })
  follow.kill()
}
