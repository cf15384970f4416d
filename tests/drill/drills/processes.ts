import { eventually } from '@alta/kit/testing/wait'
import { signal } from '../../../platform/src/system/processes.ts'
import { run } from '../../../platform/src/system/run.ts'
import { readSamples } from '../../support/samples.ts'
import { valuesOf } from '../alerts.ts'
import type { Drill, Scene } from '../drill.ts'
import { burning } from '../support/objectives.ts'
import { killOnce, pidOf, standStill, starve } from '../support/processes.ts'

export const processDrills: readonly Drill[] = [
  {
    what: '`documents` stands still (SIGSTOP)',
    expects: [
      { alert: 'ServiceDown', labels: { job: 'documents' } },
      { alert: 'CircuitOpen', labels: { job: 'documents' } },
      ...burning('UploadsNotAccepted'),
      ...burning('ApiFailing'),
    ],
    begin: async ({ home }, broken) => standStill(home, 'documents', broken),
  },
  {
    what: 'the sidecar of `reviews` stands still (SIGSTOP)',
    expects: [
      { alert: 'SidecarDown', labels: { job: 'reviews' } },
      { alert: 'QueueWithoutConsumer', speed: 12, labels: { app_id: 'reviews' } },
      { alert: 'QueueSlow', speed: 12, labels: { app_id: 'reviews' } },
    ],
    begin: async ({ home }, broken) => standStill(home, 'reviews-daprd', broken),
  },
  {
    what: 'the gateway is killed three times',
    expects: [{ alert: 'ProcessRestarts', speed: 6, labels: { job: 'gateway' } }],
    async begin({ home, prometheus }) {
      const startedAt = async () =>
        (await valuesOf(prometheus, 'process_start_time_seconds{job="gateway"}')).at(0)
      // A process that ends before Prometheus has looked at it has never been there.
      let known = await eventually('Prometheus has seen the gateway', startedAt, 60)
      const next = async () => {
        const now = await startedAt()
        return now !== known && now
      }
      for (let kill = 0; kill < 3; kill++) {
        await killOnce(home, 'gateway')
        known = await eventually('Prometheus has seen the gateway that came instead', next, 60)
      }
    },
  },
  {
    what: '`documents` gets a tenth of the processor, in turns (SIGSTOP, SIGCONT)',
    expects: [{ alert: 'EventLoopBlocked', speed: 12, labels: { job: 'documents' } }, ...burning('ApiSlow')],
    begin: async ({ home }, broken) => starve(home, 'documents', broken),
  },
  {
    what: 'the speech engine hangs (SIGSTOP)',
    expects: [{ alert: 'HandlerStuck', speed: 20, labels: { app_id: 'transcription' } }],
    prepare: readRecordings,
    async begin({ home }, broken) {
      const engine = await eventually('the engine still works', () => engineOf(home), 30)
      broken.defer(() => signal(engine, 'SIGCONT'))
      signal(engine, 'SIGSTOP')
    },
  },
]

/** Of the recording that is being read. */
async function engineOf(home: string): Promise<number | undefined> {
  const { stdout } = await run('pgrep', ['-P', String(pidOf(home, 'transcription')), 'pocketsphinx'])
  return Number.parseInt(stdout, 10) || undefined
}

/** One is being read, after one that was read as ever: that is what it is measured by. */
async function readRecordings({ home, people }: Scene, broken: AsyncDisposableStack): Promise<void> {
  const memo = readSamples().find(({ name }) => name === 'memo.wav')
  if (!memo) throw new Error('samples/memo.wav is not there')
  await people.read(memo)
  const reading = people.read(memo)
  // Told at the end; what nobody listens to until then would end the process.
  reading.catch(() => undefined)
  broken.defer(() => reading)
  await eventually('the engine works', () => engineOf(home), 300)
}
