import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { z } from 'zod'
import { testConfig } from './config.ts'

const run = promisify(execFile)

const [control, ...before] = z.tuple([z.string()], z.string()).parse(JSON.parse(testConfig.TEST_RABBITMQCTL))

/** Runs RabbitMQ's own command line; it needs root or the user that runs the broker. */
export const rabbitmqctl = (...words: string[]) =>
  // Not in our folder: the broker's user, whom the command may become, need not be able to read it.
  run(control, [...before, '--quiet', ...words], { timeout: 60_000, cwd: '/' })

export interface TestBroker {
  url: string
  vhost: string
  /** Sets a broker policy on all queues of the vhost, such as `{ 'max-length': 1, overflow: 'reject-publish' }`. */
  limitQueues(definition: Record<string, unknown>): Promise<void>
  unlimitQueues(): Promise<void>
  /** Closes every connection of the vhost, as a restarting broker would. */
  cutConnections(): Promise<void>
  close(): Promise<void>
}

/** A virtual host of its own on the real broker. */
export async function createTestBroker(): Promise<TestBroker> {
  const server = new URL(testConfig.TEST_RABBITMQ_URL)
  const vhost = `alta_test_${randomBytes(6).toString('hex')}`
  await rabbitmqctl('add_vhost', vhost)
  await rabbitmqctl(
    'set_permissions',
    '-p',
    vhost,
    decodeURIComponent(server.username || 'guest'),
    '.*',
    '.*',
    '.*',
  )
  server.pathname = `/${vhost}`
  return {
    url: server.href,
    vhost,
    async limitQueues(definition) {
      await rabbitmqctl(
        'set_policy',
        '-p',
        vhost,
        '--apply-to',
        'queues',
        'limit',
        '.*',
        JSON.stringify(definition),
      )
    },
    async unlimitQueues() {
      await rabbitmqctl('clear_policy', '-p', vhost, 'limit')
    },
    async cutConnections() {
      await rabbitmqctl('close_all_connections', '-p', vhost, 'cut by a test')
    },
    async close() {
      await rabbitmqctl('delete_vhost', vhost)
    },
  }
}
