import { fork } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '@alta/kit/testing/wait'
import type { FromConsumer, Handled } from './consumer.ts'

export interface Consumer extends AsyncDisposable {
  port: number
  handled: Map<string, Handled>
  /** Waits up to `seconds` for these ids; returns those that did not come. */
  untilHandled(ids: readonly string[], seconds: number): Promise<string[]>
}

/** Starts the consumer; it logs every event as a service does, to a file. */
export async function startConsumer(settings: object): Promise<Consumer> {
  const logFile = join(tmpdir(), `alta-bench-consumer-${process.pid}.log`)
  const output = await open(logFile, 'w')
  const child = fork(fileURLToPath(new URL('./consumer.ts', import.meta.url)), [JSON.stringify(settings)], {
    stdio: ['ignore', output.fd, output.fd, 'ipc'],
    env: { ...process.env, LOG_LEVEL: 'info' },
  })
  await output.close()
  const handled = new Map<string, Handled>()
  let port = 0
  child.on('message', (message: FromConsumer) => {
    if ('port' in message) port = message.port
    else for (const one of message.handled) handled.set(one.id, one)
  })
  await eventually('the consumer listens', async () => {
    if (child.exitCode !== null) return true
    return port > 0
  })
  if (port === 0) throw new Error(`the consumer ended:\n${await readFile(logFile, 'utf8')}`)
  return {
    port,
    handled,
    async untilHandled(ids, seconds) {
      const missing = () => ids.filter((id) => !handled.has(id))
      await eventually('all are handled', () => missing().length === 0, seconds).catch(() => undefined)
      return missing()
    },
    async [Symbol.asyncDispose]() {
      const gone = child.exitCode === null ? once(child, 'exit') : undefined
      if (child.connected) child.disconnect()
      await gone
      await rm(logFile, { force: true })
    },
  }
}
