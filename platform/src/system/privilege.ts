import { type RunOptions, type RunResult, run, which } from './run.ts'

export const isRoot = process.getuid?.() === 0

/** True when commands can be run as root: we are root, or sudo works without asking or can ask on a terminal. */
export async function canBeRoot(): Promise<boolean> {
  if (isRoot) return true
  if (!(await which('sudo'))) return false
  return Boolean(process.stdin.isTTY) || (await run('sudo', ['-n', 'true'])).code === 0
}

/** Runs a command as root; as another user with `user`. Only when `canBeRoot`. */
export function runAsRoot(
  command: string,
  args: readonly string[],
  options: RunOptions & { user?: string } = {},
): Promise<RunResult> {
  const { user, ...rest } = options
  const assignments = Object.entries(rest.env ?? {}).map(([key, value]) => `${key}=${value}`)
  if (isRoot) {
    return user ? run('runuser', ['-u', user, '--', command, ...args], rest) : run(command, args, rest)
  }
  return run('sudo', [...(user ? ['-u', user] : []), 'env', ...assignments, command, ...args], rest)
}
