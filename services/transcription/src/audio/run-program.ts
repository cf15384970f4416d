import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import type { Readable } from 'node:stream'
import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'

/** Above 0 is politer: recognition may take all idle time and none that a request is waiting for. */
const NICENESS = 5
const KEPT_STDERR = 4_000

export interface ProgramOptions {
  readonly signal: AbortSignal
  /** Milliseconds until the program is killed. */
  readonly timeLimit: number
}

export interface Ending {
  readonly code: number
  /** The end of what it wrote to standard error. */
  readonly stderr: string
}

/**
 * Runs a program without a shell and hands its standard output to `read`.
 * It is killed when the signal is aborted, when time is up and when `read` throws; the promise settles only
 * after the process is gone, so nobody else has to look for it.
 * @throws {RecognitionFailure} `engine_missing` when the program is not installed
 * @throws the signal's reason when aborted; `TimeoutError` when time was up
 */
export async function runProgram<Output>(
  program: string,
  args: readonly string[],
  options: ProgramOptions,
  read: (stdout: Readable) => Promise<Output>,
): Promise<Ending & { output: Output }> {
  options.signal.throwIfAborted()
  const stop = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeLimit)])
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  stop.addEventListener('abort', kill, { once: true })

  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? -1))
  })
  const reading = read(child.stdout)
  reading.catch(kill)

  try {
    if (child.pid !== undefined) lowerPriority(child.pid)
    // All settle before any of them is looked at: the process is gone and both pipes are read to their end.
    const [ending, output, stderr] = await Promise.allSettled([ended, reading, keepEnd(child.stderr)])
    stop.throwIfAborted()
    return { code: settledValue(ending), output: settledValue(output), stderr: settledValue(stderr) }
  } catch (error) {
    throw isMissing(error) ? programMissing(program, error) : error
  } finally {
    stop.removeEventListener('abort', kill)
  }
}

/** Everything the program wrote, as text. @param maximum characters; a program that writes more is killed */
export const asText =
  (maximum: number) =>
  async (stdout: Readable): Promise<string> => {
    let text = ''
    for await (const part of stdout.setEncoding('utf8')) {
      text += part
      if (text.length > maximum) throw new Error(`a program wrote more than ${maximum} characters`)
    }
    return text
  }

async function keepEnd(stream: Readable): Promise<string> {
  let end = ''
  for await (const part of stream.setEncoding('utf8')) end = (end + part).slice(-KEPT_STDERR)
  return end.trim()
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, NICENESS)
  } catch (error) {
    // A very short program may be gone already; then there is nothing left to be polite about.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error
  }
}

function settledValue<Value>(settled: PromiseSettledResult<Value>): Value {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException | null)?.code === 'ENOENT'

const programMissing = (program: string, cause: unknown): RecognitionFailure =>
  new RecognitionFailure(
    'engine_missing',
    `The program ${program} is not installed where transcription runs.`,
    {
      temporary: true,
      cause,
    },
  )
