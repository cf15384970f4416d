// make drill: things go wrong while people work; for each, what they saw, and how soon which alert said so.
import { parseArgs } from 'node:util'
import { testConfig } from '@alta/kit/testing/config'
import pg from 'pg'
import { instanceOf, openCheckout } from '../../platform/src/checkout.ts'
import { alignTable } from '../../platform/src/console/table.ts'
import { serviceRole } from '../../platform/src/infrastructure/postgres.ts'
import { ensurePrometheus, startPrometheus } from '../../platform/src/observe/prometheus.ts'
import { readPlaces } from '../../platform/src/supervisor/places.ts'
import { readState } from '../../platform/src/supervisor/state.ts'
import { runPlatform } from '../support/platform.ts'
import { firing, untilAlert } from './alerts.ts'
import { type Drill, drills, killAll, type Scene } from './drills.ts'
import { type Seen, type Users, users } from './users.ts'

/** Longest time for an alert: the longest `for` of these rules, and some looks of Prometheus. */
const PATIENCE_SECONDS = 240

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const only = values.only.split(',').filter(Boolean)
const chosen = drills.filter(({ alert }) => only.length === 0 || only.includes(alert))
if (chosen.length === 0)
  throw new Error(`there are drills for ${drills.map(({ alert }) => alert).join(', ')}`)

const platform = runPlatform({}, 'drill')
const began = Date.now()
const say = (text: string) =>
  console.log(`${String(Math.round((Date.now() - began) / 1_000)).padStart(5)} s  ${text}`)

async function open(): Promise<{ scene: Scene; prometheus: string; gatewayUrl: string }> {
  const checkout = instanceOf(await openCheckout(), 'drill')
  const state = await readState(checkout.home)
  if (!state) throw new Error('the platform of the drill does not run')
  const { postgres, rabbitmqUrl } = await readPlaces(checkout.home)
  const prometheus = await startPrometheus(checkout, await ensurePrometheus(checkout, say), state, say)
  const scene = {
    home: checkout.home,
    admin: new pg.Pool({ connectionString: testConfig.TEST_POSTGRES_URL, max: 1 }),
    roleOf: (app: string) => serviceRole(postgres.database, app),
    brokerUrl: rabbitmqUrl,
    vhost: decodeURIComponent(new URL(rabbitmqUrl).pathname.slice(1)),
  }
  return { scene, prometheus, gatewayUrl: state.gatewayUrl }
}

const words = ({ good, bad, slowestMs }: Seen): string => {
  const refused = [...bad].map(([status, count]) => `${count} × ${status === 'none' ? 'no answer' : status}`)
  return `${good} good${refused.length > 0 ? `, ${refused.join(', ')}` : ''}, slowest ${(slowestMs / 1_000).toFixed(1)} s`
}
const seconds = (value: number | undefined): string => (value === undefined ? 'never' : value.toFixed(0))

async function perform(drill: Drill, scene: Scene, prometheus: string, people: Users): Promise<string[]> {
  people.seen()
  const began = Date.now()
  const mend = await drill.begin(scene)
  const injected = (Date.now() - began) / 1_000
  const fired = await untilAlert(prometheus, drill.alert, 'fires', PATIENCE_SECONDS)
  const others = [...(await firing(prometheus))].filter(([name]) => name !== drill.alert)
  const meanwhile = words(people.seen())
  await mend?.()
  const back = await people.carriedThrough(PATIENCE_SECONDS).catch(() => undefined)
  // Those that look back over a window are over when it is.
  const over = mend ? await untilAlert(prometheus, drill.alert, 'is over', PATIENCE_SECONDS) : undefined
  const also = others.map(([name, whom]) => (whom ? `${name} (${whom})` : name)).join(', ')
  const afterFault = fired === undefined ? undefined : fired + injected
  say(
    `${drill.alert}: after ${seconds(afterFault)} s; people: ${meanwhile}; back after ${seconds(back)} s; also ${also || 'none'}`,
  )
  return [
    drill.what,
    drill.alert,
    seconds(afterFault),
    mend ? seconds(over) : '–',
    meanwhile,
    seconds(back),
    also || '–',
  ]
}

let failed = false
await platform.up()
try {
  const { scene, prometheus, gatewayUrl } = await open()
  await using _admin = { [Symbol.asyncDispose]: () => scene.admin.end() }
  const people = await users(gatewayUrl)
  await people.carriedThrough(60)
  say('people work')
  const rows: string[][] = []
  for (const drill of chosen) {
    say(drill.what)
    rows.push(await perform(drill, scene, prometheus, people))
    failed ||= rows.at(-1)?.includes('never') ?? false
  }
  say('everything is killed at once, sidecars first')
  people.seen()
  await killAll(scene)
  const back = await people.carriedThrough(PATIENCE_SECONDS).catch(() => undefined)
  rows.push(['everything killed at once', '–', '–', '–', words(people.seen()), seconds(back), '–'])
  await people.stop()
  const { accepted, approved, unknown } = await people.balance(120)
  const heading = [
    'fault',
    'alert',
    'fires after s',
    'over after s',
    'people saw',
    'back after s',
    'also fired',
  ]
  console.log(`\n${alignTable([heading, ...rows])}`)
  console.log(
    `${accepted} letters were accepted, ${approved} of them are approved; ${unknown} rows that nobody was told of`,
  )
  failed ||= approved !== accepted
} finally {
  await platform.down()
}
process.exit(failed ? 1 : 0)
