import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import type { Checkout } from '../checkout.ts'
import { line } from '../console/steps.ts'

interface Terminal {
  readonly input: Readable & { isTTY?: boolean }
  readonly output: Writable & { isTTY?: boolean }
}

/**
 * Says what `down --clean` removes and asks once, when a person sits at a terminal. Scripts and CI, which cannot
 * answer, are taken at their word.
 * @param yes the answer given beforehand
 */
export async function confirmClean(
  { id, home }: Pick<Checkout, 'id' | 'home'>,
  yes: boolean,
  { input, output }: Terminal = { input: process.stdin, output: process.stdout },
): Promise<boolean> {
  if (yes || process.env.CI || !input.isTTY || !output.isTTY) return true
  output.write('This stops Alta and removes for good:\n')
  line(
    'database',
    `${id} in PostgreSQL: every user, project, document and review of this platform, and its roles`,
  )
  line('broker', `vhost ${id} in RabbitMQ: events that wait in queues`)
  line('Redis', `keys that begin with ${id}`)
  line('files', `${home}: uploaded files, results, secrets, logs`)
  const asking = createInterface({ input, output })
  // Ctrl-D is no yes.
  const closed = new Promise<string>((resolve) => asking.once('close', () => resolve('')))
  const answer = await Promise.race([asking.question('Remove all this? [y/N] '), closed])
  asking.close()
  return /^y(es)?$/i.test(answer.trim())
}
