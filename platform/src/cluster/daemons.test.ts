import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isAlive } from '../system/processes.ts'
import { daemonRuns, endOfLog, startDaemon, stopDaemon } from './daemons.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alta-daemons-'))
})
afterEach(async () => {
  await stopDaemon(folder, 'one', 0)
  await rm(folder, { recursive: true, force: true })
})

const shell = (script: string) => ({ name: 'one', program: '/bin/sh', args: ['-c', script], outlives: false })
const pid = async (): Promise<number> => JSON.parse(await readFile(join(folder, 'one.pid'), 'utf8')).pid

it('runs until it is stopped, and what it has started ends with it', async () => {
  await startDaemon(folder, shell('trap "" TERM; sleep 100 & echo $!; wait; wait'))
  expect(await daemonRuns(folder, 'one')).toBe(true)
  await expect.poll(() => readFile(join(folder, 'one.log'), 'utf8')).toMatch(/^\d+\n$/)
  const started = Number(await readFile(join(folder, 'one.log'), 'utf8'))
  await stopDaemon(folder, 'one', 100)
  expect(await daemonRuns(folder, 'one')).toBe(false)
  await expect.poll(() => isAlive(started)).toBe(false)
})

it('what has ended by itself does not run, and its last words are kept', async () => {
  await startDaemon(folder, shell('echo no such flag; sleep 0.2'))
  await expect.poll(() => daemonRuns(folder, 'one')).toBe(false)
  expect(await endOfLog(folder, 'one')).toContain('no such flag')
})

it('a pid that is another’s by now is left alone', async () => {
  const other = spawn('sleep', ['100'])
  await writeFile(join(folder, 'one.pid'), JSON.stringify({ pid: other.pid, started: '1' }))
  expect(await daemonRuns(folder, 'one')).toBe(false)
  await stopDaemon(folder, 'one', 100)
  expect(other.exitCode ?? other.signalCode).toBeNull()
  other.kill('SIGKILL')
  await once(other, 'exit')
})

it('a program that is not there is told', async () => {
  const daemon = { ...shell(''), program: join(folder, 'nothing'), outlives: true }
  await expect(startDaemon(folder, daemon)).rejects.toThrow(/one did not start: .*ENOENT/)
})

const starter = (outlives: boolean): string => `
  import { startDaemon } from ${JSON.stringify(join(import.meta.dirname, 'daemons.ts'))}
  const one = { name: 'one', program: '/bin/sleep', args: ['100'], outlives: ${outlives} }
  await startDaemon(${JSON.stringify(folder)}, one)
  process.kill(process.pid, 'SIGKILL')`

it.each([true, false])('goes on after its starter was killed, when it is to: %s', async (outlives) => {
  const killed = spawn(process.execPath, ['--input-type=module', '--eval', starter(outlives)])
  await once(killed, 'exit')
  const started = await pid()
  if (outlives) expect(await daemonRuns(folder, 'one')).toBe(true)
  else await expect.poll(() => isAlive(started)).toBe(false)
})
