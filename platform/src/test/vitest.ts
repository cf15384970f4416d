import { spawn } from 'node:child_process'
import { signal } from '../system/processes.ts'

/**
 * Runs vitest with its own output and a JSON report; returns its exit code, 124 when it ran into the limit.
 * @param environment where the tests find the parts that they need
 * @param only words in the paths of the tests to run; none = all
 */
export async function runVitest(
  root: string,
  config: string,
  report: string,
  limit: number,
  environment: Readonly<Record<string, string>>,
  only: readonly string[],
): Promise<number> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  // Its own group, so that the limit also ends its workers.
  const child = spawn('pnpm', ['exec', 'vitest', 'run', ...only, '--config', config, ...reporters], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: { ...process.env, ...environment, ...(process.stdout.isTTY ? {} : { CI: 'true' }) },
  })
  let late = false
  const timer = setTimeout(() => {
    late = true
    console.log(`✗ ${config} did not end within ${limit / 60_000} minutes`)
    if (child.pid) signal(-child.pid, 'SIGKILL')
  }, limit)
  const code = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(127))
    child.once('exit', (exit) => resolve(exit ?? 1))
  })
  clearTimeout(timer)
  return late ? 124 : code
}
