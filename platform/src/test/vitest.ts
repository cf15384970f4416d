import { spawn } from 'node:child_process'
import { signal } from '../system/processes.ts'

/** Runs vitest with its own output and a JSON report; returns its exit code, 124 when it ran into the limit. */
export async function runVitest(
  root: string,
  config: string,
  report: string,
  limit: number,
): Promise<number> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  // Its own group, so that the limit also ends its workers.
  const child = spawn('pnpm', ['exec', 'vitest', 'run', '--config', config, ...reporters], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: { ...process.env, ...(process.stdout.isTTY ? {} : { CI: 'true' }) },
  })
  const began = Date.now()
  // CI takes a silent runner for a dead one.
  const life = setInterval(
    () => console.log(`… ${Math.round((Date.now() - began) / 1000)} s into ${config}`),
    50_000,
  )
  let late = false
  const timer = setTimeout(() => {
    late = true
    console.log(`✗ ${config} did not end within ${limit / 60_000} minutes`)
    if (child.pid) signal(-child.pid, 'SIGKILL')
  }, limit)
  // A Ctrl-C reaches only our own group.
  const pass = (name: NodeJS.Signals) => child.pid && signal(-child.pid, name)
  process.once('SIGINT', pass).once('SIGTERM', pass)
  const code = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(127))
    child.once('exit', (exit) => resolve(exit ?? 1))
  })
  process.off('SIGINT', pass).off('SIGTERM', pass)
  clearInterval(life)
  clearTimeout(timer)
  return late ? 124 : code
}
