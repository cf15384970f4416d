import { run } from '../../../platform/src/system/run.ts'

export interface Load {
  /** Milliseconds. */
  p50: number
  perSecond: number
  /** Answers that came. */
  count: number
}

const units: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 }

/**
 * Asks as fast as answers come, over so many connections that stay open.
 * @throws {Error} when one answer was not good
 */
export async function wrk(
  { url, headers = {} }: { url: string; headers?: Readonly<Record<string, string>> },
  connections: number,
  seconds: number,
): Promise<Load> {
  const sent = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '--latency', ...sent, url]
  const { stdout, stderr, code } = await run('wrk', args)
  const [, p50 = '', unit = ''] = /50%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? []
  const [, rate = ''] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? []
  const [, count = ''] = /(\d+) requests in/.exec(stdout) ?? []
  const bad = /Non-2xx.*/.exec(stdout)?.[0]
  if (code !== 0 || bad || rate === '') throw new Error(`wrk ${url}: ${bad ?? (stderr || stdout)}`)
  return { p50: Number(p50) * (units[unit] ?? Number.NaN), perSecond: Number(rate), count: Number(count) }
}
