import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'

export interface RunResult {
  /** Exit code; 127 when the command does not exist, 128 + signal when it was killed. */
  readonly code: number
  readonly stdout: string
  /** Last part of standard error, at most 16 kB. */
  readonly stderr: string
}

export interface RunOptions {
  input?: string
  env?: Record<string, string>
  cwd?: string
  /** File that takes both outputs as they come. */
  log?: string
  /** Milliseconds until SIGKILL. */
  timeout?: number
}

/** Runs a command to its end and never throws for its exit code. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(options.timeout ? { timeout: options.timeout, killSignal: 'SIGKILL' as const } : {}),
    })
    const log = options.log ? createWriteStream(options.log, { flags: 'a' }) : undefined
    log?.write(`\n$ ${command} ${args.join(' ')}\n`)
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      log?.write(text)
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-16_384)
      log?.write(text)
    })
    const end = (code: number, note = ''): void => {
      log?.end()
      resolve({ code, stdout, stderr: stderr + note })
    }
    child.on('error', (error) => end(127, error.message))
    child.on('exit', (code, signal) => {
      // A daemon started by the command may keep the pipes open: do not wait for `close`.
      setTimeout(() => end(code ?? (signal === 'SIGKILL' ? 137 : 143)), 20)
    })
    // The command may end without reading its input.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(options.input)
  })
}

/** Path of a command, looked up in PATH and in the folders where Debian keeps daemons. */
export async function which(command: string): Promise<string | undefined> {
  const path = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`
  const found = await run('/bin/sh', ['-c', 'command -v "$0"', command], { env: { PATH: path } })
  return found.code === 0 ? found.stdout.trim() : undefined
}
