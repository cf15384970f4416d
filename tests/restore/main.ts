// make restore-drill: the database is destroyed, restored to a moment and put under a platform made anew; what differs?

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { eventually } from '@alta/kit/testing/wait'
import type pg from 'pg'
import { standStill } from '../drill/support/processes.ts'
import { putAway } from '../drill/support/put-away.ts'
import { type Servers, startServers } from '../drill/support/servers.ts'
import { type Users, users } from '../drill/users.ts'
import { baseBackup, recover } from '../faults/support/point-in-time.ts'
import { adminPool } from '../faults/support/servers.ts'
import { Client } from '../support/client.ts'
import { registerOperator } from '../support/operator.ts'
import { readPlaces, readPlatform, runPlatform } from '../support/platform.ts'
import { archiveAll, archiveLog, notApproved } from './moment.ts'
import { type Finding, reconcile } from './reconcile.ts'
import { differingCounts, replayAll } from './replay.ts'
import { differencesOf, printed, type Report, writeReport } from './report.ts'
import { compared, type Snapshot, takeSnapshot } from './snapshot.ts'

const INSTANCE = 'restore'
/** Letters that are in the broker alone at the moment. */
const UNDER_WAY = 20
const WORK_SECONDS = 20

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } })
const began = Date.now()
const steps: { what: string; seconds: number }[] = []

const say = (text: string) =>
  console.log(`${String(Math.round((Date.now() - began) / 1_000)).padStart(5)} s  ${text}`)
async function timed<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const start = performance.now()
  const value = await work()
  const seconds = (performance.now() - start) / 1_000
  steps.push({ what, seconds })
  say(`${what}: ${seconds.toFixed(1)} s`)
  return value
}

const opened = new AsyncDisposableStack()
const away = putAway(opened)

interface Before {
  readonly servers: Servers
  readonly platform: ReturnType<typeof runPlatform>
  readonly admin: pg.Pool
  readonly operator: Client
  readonly people: Users
  readonly backup: { base: string; log: string }
}

/** A platform on servers of its own, with people at work and a base backup taken meanwhile. */
async function prepare(): Promise<Before> {
  const servers = await startServers(opened, {}, ['archive_mode=on'])
  const platform = runPlatform({ ...servers.environment }, INSTANCE)
  opened.defer(() => platform.down())
  await platform.up()
  const { gatewayUrl } = readPlatform(platform.home)
  const { ownerUrl } = readPlaces(platform.home).postgres
  const admin = adminPool(servers.postgres.url(new URL(ownerUrl).pathname.slice(1)))
  opened.defer(() => admin.end())
  const operator = new Client(gatewayUrl)
  const owner = await admin.connect()
  await registerOperator(owner, operator)
  owner.release(true)
  const people = await users(gatewayUrl)
  await people.carriedThrough(300)
  const log = await archiveLog(servers.postgres, admin)
  const base = join(servers.postgres.folder, 'base')
  await timed('base backup, while people work', () => baseBackup(servers.postgres, base))
  await delay(WORK_SECONDS * 1_000)
  return { servers, platform, admin, operator, people, backup: { base, log } }
}

/** Some letters are on their way, in the broker alone; everything else is at its end. */
async function noteMoment({ platform, people, admin }: Before) {
  people.uploading = false
  // Uploads that are under way are answered, or given up.
  await delay(5_000)
  const { accepted, approved } = await people.balance(300)
  if (approved !== accepted)
    throw new Error(
      `${accepted - approved} of ${accepted} letters were never approved, before anything was held up`,
    )
  const from = new Date()
  await using held = opened.use(new AsyncDisposableStack())
  standStill(platform.home, 'ocr-daprd', held)
  await people.uploadMany(UNDER_WAY)
  await people.stop()
  const grown = people.accepted.length - accepted
  if (grown !== UNDER_WAY) throw new Error(`of ${UNDER_WAY} letters ${grown} were accepted`)
  let last: Snapshot = await takeSnapshot(admin)
  await eventually(
    'nothing changes any more',
    async () => {
      await delay(3_000)
      const now = await takeSnapshot(admin)
      const still = compared(last, now).every(({ differences }) => differences === 0)
      last = now
      return still
    },
    120,
  )
  // What has gone on, or has not come so far, is not what the replay has to bring back.
  const underWay = await notApproved(admin, people.accepted)
  if (underWay !== UNDER_WAY)
    throw new Error(`${underWay} letters are under way at the moment, and ${UNDER_WAY} should be`)
  const { rows } = await admin.query<{ now: Date }>('select clock_timestamp() as now')
  const moment = rows[0]?.now ?? new Date()
  say(`the moment is ${moment.toISOString()}; ${people.accepted.length} letters were accepted before it`)
  await delay(1_000)
  await held.disposeAsync()
  return { from, moment, snapshot: last, accepted: [...people.accepted] }
}

/** What came after the moment, and then the end. */
async function destroy({ servers, platform, admin }: Before): Promise<readonly string[]> {
  const later = await users(readPlatform(platform.home).gatewayUrl)
  await later.carriedThrough(300)
  await delay(WORK_SECONDS * 1_000)
  await later.stop()
  await admin.query('drop schema documents, reviews cascade; drop table events.stored_events cascade')
  say(`${later.accepted.length} letters later somebody drops the tables of documents, reviews and events`)
  await timed('everything is stopped', async () => {
    await archiveAll(admin)
    await platform.stop()
    await servers.broker.broker.kill()
    await servers.redis.kill()
    await servers.postgres.stop()
  })
  return later.accepted
}

async function restore(before: Before, moment: Date) {
  const { platform, backup } = before
  // The store alone has to bring back what the broker held: relays are not to publish anything again.
  const servers = await startServers(opened, { OUTBOX_REPUBLISH_SECONDS: '0' })
  const admin = adminPool(
    servers.postgres.url(new URL(readPlaces(platform.home).postgres.ownerUrl).pathname.slice(1)),
  )
  opened.defer(() => admin.end())
  await servers.postgres.stop()
  await rm(servers.postgres.data, { recursive: true })
  // This setting takes no T and no Z.
  const target = `recovery_target_time = '${moment.toISOString().replace('T', ' ').replace('Z', '+00')}'`
  await timed('a new server recovers to the moment', () =>
    recover(servers.postgres, admin, { ...backup, target }),
  )
  return { servers, admin }
}

/** Events reach the store a moment after everybody else; what is not right after a minute is wrong. */
async function settled(look: () => Promise<Finding[]>): Promise<Finding[]> {
  for (let turn = 0; ; turn++) {
    const findings = await look()
    if (turn === 12 || findings.every(({ differences }) => differences === 0)) return findings
    await delay(5_000)
  }
}

async function drill(): Promise<Report> {
  const before = await prepare()
  const { from, moment, snapshot, accepted } = await noteMoment(before)
  const lost = await destroy(before)
  const { servers, admin } = await restore(before, moment)
  const underWay = await notApproved(admin, accepted)
  const restored = [
    ...compared(snapshot, await takeSnapshot(admin)),
    {
      name: 'letters in the broker alone at the moment',
      before: UNDER_WAY,
      after: underWay,
      differences: Math.abs(UNDER_WAY - underWay),
    },
  ]
  const platform = runPlatform({ ...servers.environment }, INSTANCE)
  // While its servers are there.
  opened.defer(() => platform.down())
  await timed('a new platform on it, with a new broker and a new Redis, is ready', () => platform.up())
  const { operator } = before
  operator.gateway = readPlatform(platform.home).gatewayUrl
  await operator.signIn()
  using _signedIn = operator.staySignedIn()
  const between = { from: from.toISOString(), to: moment.toISOString() }
  const sent = await timed('replay from the event store', () => replayAll(operator, between))
  // What is right afterwards would not be so because of it.
  if ([...sent.values()].every((events) => events === 0)) throw new Error('the replay has sent nothing')
  say([...sent].map(([consumer, events]) => `${consumer} ${events}`).join(', '))
  await timed(
    'what was under way is approved, and mails have left',
    () =>
      eventually(
        'every letter is approved',
        async () => {
          const { rows } = await admin.query<{ count: number }>(
            `select count(*)::int as count from unnest($1::uuid[]) as letter (id)
           join documents.documents d using (id) where d.status = 'approved'
             and not exists (select from notifications.messages where status in ('queued', 'sending'))`,
            [accepted],
          )
          return rows[0]?.count === accepted.length
        },
        600,
      ).catch(() => undefined), // what is missing is in the report
  )
  const findings = await settled(() => reconcile({ admin, operator, before: accepted, after: lost }))
  const { events, differing } = await differingCounts(operator)
  const counts = {
    what: 'entries of the read model that differ from one built anew of all events',
    of: events,
    differences: differing,
  }
  return { steps, restored, findings: [...findings, counts] }
}

let differences = Number.NaN
try {
  const report = await drill()
  differences = differencesOf(report)
  console.log(`\n${printed(report)}\n\n${differences} differences`)
  if (values.write)
    await writeReport(
      fileURLToPath(new URL('../../docs/runbooks/restore-database.md', import.meta.url)),
      report,
    )
} catch (error) {
  // At once: what is put away may have something to say too.
  console.error(error)
} finally {
  await away.end()
}
process.exit(differences === 0 ? 0 : 1)
