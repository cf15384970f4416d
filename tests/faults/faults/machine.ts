import { glob } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Fault } from '../fault.ts'
import type { Stage } from '../support/stage.ts'
import { trial } from '../support/trial.ts'

/**
 * Where Debian's faketime keeps its library, whatever the processor; undefined where it is not installed. One that is
 * not there would be passed over by the loader, and the clocks would be right.
 */
async function faketimeLibrary(): Promise<string | undefined> {
  for await (const file of glob('/usr/lib/*/faketime/libfaketime.so.1')) return file
  return undefined
}

/** By how many minutes the clock of the producer is ahead: it dates its answers. */
async function minutesAhead({ producerUrl }: Stage): Promise<number> {
  const { headers } = await fetch(`${producerUrl}/health/live`)
  return Math.round((Date.parse(headers.get('date') ?? '') - Date.now()) / 60_000)
}

export const machine: readonly Fault[] = [
  {
    id: 'F16',
    title: 'clocks an hour ahead and an hour behind',
    cannot: async () =>
      (await faketimeLibrary()) ? undefined : 'faketime is not installed (apt-get install faketime)',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        clients: 4,
        pause: 10,
        async inject() {
          const clock = async (service: 'producer' | 'consumer', offset: string | undefined) => {
            await stage[service].stop()
            stage[service].start({
              ...stage.environment[service],
              ...(offset
                ? {
                    LD_PRELOAD: (await faketimeLibrary()) ?? '',
                    FAKETIME: offset,
                    FAKETIME_DONT_FAKE_MONOTONIC: '1',
                  }
                : {}),
            })
            await stage.ready()
          }
          await clock('producer', '+1h')
          await clock('consumer', '-1h')
          const ahead = await minutesAhead(stage)
          if (ahead !== 60) throw new Error(`the producer's clock is ${ahead} minutes ahead and not 60`)
          await delay(amount.form === 'long' ? 20_000 : 2_000)
          await clock('producer', '-1h')
          await clock('consumer', '+1h')
          await delay(amount.form === 'long' ? 20_000 : 2_000)
          await clock('producer', undefined)
          await clock('consumer', undefined)
          return { runs: 2, note: 'leases and due times come from the database’s clock' }
        },
      }),
  },
  {
    id: 'F19',
    title: 'processes that stand still (SIGSTOP) and a machine without a free processor',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        clients: 4,
        pause: 10,
        patience: 240,
        async inject() {
          const still = amount.form === 'long' ? 30_000 : 2_500
          for (const service of [stage.producer, stage.consumer]) {
            service.signal('SIGSTOP')
            await delay(still)
            service.signal('SIGCONT')
          }
          const spin = 'for (;;) {}'
          const workers = Array.from(
            { length: 2 * availableParallelism() },
            () => new Worker(spin, { eval: true }),
          )
          await delay(still)
          await Promise.all(workers.map((worker) => worker.terminate()))
          return { runs: 3 }
        },
      }),
  },
  {
    id: 'F20',
    title: 'services restarted in turn while they are used, and a table that grows a column meanwhile',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        clients: 6,
        pause: 5,
        async inject() {
          let runs = 0
          const wanted = amount.form === 'long' ? 12 : 2
          await stage.admin.query('alter table producer.ledger add column if not exists remark text')
          while (runs < wanted) {
            for (const service of [stage.producer, stage.consumer]) {
              await service.stop()
              service.start()
              await stage.ready()
              runs++
            }
          }
          return { runs, note: 'one release: both versions of code are the same, the schema is ahead of it' }
        },
      }),
  },
]
