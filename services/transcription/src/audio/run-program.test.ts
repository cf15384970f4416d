import { describe, expect, it } from 'vitest'
import { asText, runProgram } from './run-program.ts'

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('running a program', () => {
  it('kills it when the work is aborted, before it answers', async () => {
    const abort = new AbortController()
    let pid = 0
    const running = runProgram(
      'sh',
      ['-c', 'echo $$; exec sleep 60'],
      { signal: abort.signal, timeLimit: 60_000 },
      async (stdout) => {
        for await (const line of stdout) {
          pid = Number(line)
          abort.abort(new Error('stopped'))
        }
      },
    )
    await expect(running).rejects.toThrow('stopped')
    expect(pid).toBeGreaterThan(0)
    expect(isAlive(pid)).toBe(false)
  })

  it('kills it when time is up', async () => {
    const started = Date.now()
    const running = runProgram(
      'sleep',
      ['60'],
      { signal: new AbortController().signal, timeLimit: 100 },
      asText(10),
    )
    await expect(running).rejects.toThrow('timeout')
    expect(Date.now() - started).toBeLessThan(5_000)
  })

  it('kills it when it writes without end', async () => {
    const running = runProgram(
      'yes',
      [],
      { signal: new AbortController().signal, timeLimit: 20_000 },
      asText(1000),
    )
    await expect(running).rejects.toThrow('more than 1000 characters')
  })

  it('gives way to others', async () => {
    const limits = { signal: new AbortController().signal, timeLimit: 10_000 }
    const { output } = await runProgram('sh', ['-c', 'sleep 0.1; nice'], limits, asText(10))
    expect(Number(output)).toBeGreaterThanOrEqual(5)
  })
})
