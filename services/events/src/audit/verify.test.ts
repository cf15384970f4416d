import { auditRecorded } from '@alta/contracts/events/audit-recorded.v1'
import { registry } from '@alta/kit/telemetry/metrics'
import { eventOf } from '@alta/kit/testing/deliver'
import type { Gauge } from 'prom-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { entryOf, settings, startAudit, type TestAudit } from './audit.fixture.ts'
import { auditLog } from './audit-log.ts'
import { sha256 } from './canonical.ts'
import { GENESIS, nextLink } from './chain.ts'

let audit: TestAudit
beforeAll(async () => {
  audit = await startAudit()
})
afterAll(() => audit.close())
beforeEach(() => audit.reset())

const kinds = async () => {
  const { ok, firstBadSequence, faults } = await audit.verify()
  return { ok, firstBadSequence, kinds: [...new Set(faults.map(({ kind }) => kind))] }
}
/** What the service tells its monitoring. */
// The metric of this name is a gauge: see anchoring.ts.
const gauge = () => registry.getSingleMetric('alta_audit_chain_broken') as Gauge
const isToldBroken = async () => (await gauge().get()).values[0]?.value === 1
const clean = { ok: true, firstBadSequence: null, kinds: [] }
const edit = (sequence: number) =>
  `update audit_entries set entry = replace(entry, '"allowed"', '"denied"') where sequence = ${sequence}`
const hashAnew = (sequence: number) =>
  `update audit_entries set hash = encode(sha256(convert_to(entry, 'UTF8')), 'hex') where sequence = ${sequence}`

/** What somebody would do who owns the database and knows how the chain is made. */
async function rewriteFrom(sequence: number): Promise<void> {
  const { rows } = await audit.admin.query<{ entry: string; hash: string }>(
    'select entry, hash from audit_entries order by sequence',
  )
  let link = sequence === 1 ? GENESIS : { sequence: sequence - 1, hash: rows[sequence - 2]?.hash ?? '' }
  const statements: string[] = []
  for (const row of rows.slice(sequence - 1)) {
    const next = nextLink(link, { ...JSON.parse(row.entry), summary: 'Never happened' })
    const text = next.text.replaceAll("'", "''")
    statements.push(
      `update audit_entries set entry = '${text}', hash = '${next.hash}' where sequence = ${next.sequence}`,
    )
    link = next
  }
  await audit.tamper(...statements, `update audit_head set hash = '${link.hash}'`)
}

test('a log that nobody touched verifies, and says how much was looked at', async () => {
  await audit.recordMany(5)
  await audit.anchor()
  await audit.recordMany(2)
  const verdict = await audit.verify()
  expect(verdict).toMatchObject({
    ok: true,
    entries: 7,
    head: { sequence: 7 },
    anchors: { count: 1, newest: { sequence: 5 } },
    unanchored: 2,
    faults: [],
  })
})

test('an empty log verifies', async () => {
  expect(await kinds()).toEqual(clean)
})

test('an edited row is found', async () => {
  await audit.recordMany(5)
  await audit.tamper(edit(3))
  expect(await kinds()).toEqual({ ok: false, firstBadSequence: 3, kinds: ['entry_altered'] })
})

test('an edited row whose hash was made anew is found by the row after it', async () => {
  await audit.recordMany(5)
  await audit.tamper(edit(3), hashAnew(3))
  expect(await kinds()).toEqual({ ok: false, firstBadSequence: 3, kinds: ['link_broken'] })
})

test('an edited last row is found, its hash made anew or not', async () => {
  await audit.recordMany(5)
  await audit.tamper(edit(5), hashAnew(5))
  expect(await kinds()).toEqual({ ok: false, firstBadSequence: 5, kinds: ['head_altered'] })
})

test('a deleted row is found', async () => {
  await audit.recordMany(5)
  await audit.tamper('delete from audit_entries where sequence in (2, 3)')
  expect(await kinds()).toEqual({ ok: false, firstBadSequence: 2, kinds: ['entry_missing'] })
})

test('a truncated tail is found', async () => {
  await audit.recordMany(5)
  await audit.tamper('delete from audit_entries where sequence > 3')
  expect(await kinds()).toEqual({ ok: false, firstBadSequence: 4, kinds: ['tail_missing'] })
})

describe('with an anchor outside of the database', () => {
  beforeEach(async () => {
    await audit.recordMany(5)
    await audit.anchor()
  })
  const truncated = [
    'delete from audit_entries where sequence > 3',
    'update audit_head set (sequence, hash) = (select sequence, hash from audit_entries where sequence = 3)',
  ]

  test('a truncated tail is found although the end of the chain was set back with it', async () => {
    await audit.tamper(...truncated)
    expect(await kinds()).toEqual({ ok: false, firstBadSequence: 4, kinds: ['tail_missing'] })
  })

  test('a log that was emptied is found', async () => {
    await audit.tamper(
      'delete from audit_entries',
      `update audit_head set sequence = 0, hash = '${GENESIS.hash}'`,
    )
    expect(await kinds()).toEqual({ ok: false, firstBadSequence: 1, kinds: ['tail_missing'] })
  })

  test('a chain that was made anew from an entry on is found, and it would not be without the anchor', async () => {
    await rewriteFrom(2)
    expect(await kinds()).toEqual({ ok: false, firstBadSequence: 1, kinds: ['chain_rewritten'] })
    for (const name of await audit.anchorNames()) await audit.removeAnchor(name)
    expect(await kinds()).toEqual(clean)
  })

  test('of a chain that was made anew the anchors tell since when', async () => {
    await audit.recordMany(3)
    await audit.anchor(audit.open({ AUDIT_ANCHOR_ENTRIES: 1 }))
    await rewriteFrom(7)
    expect(await kinds()).toEqual({ ok: false, firstBadSequence: 6, kinds: ['chain_rewritten'] })
  })

  test('an altered anchor is found: only the signing key can make one', async () => {
    const [name = ''] = await audit.anchorNames()
    const text = await audit.readAnchor(name)
    await audit.replaceAnchor(name, text.replace('"sequence":5', '"sequence":4'))
    expect(await kinds()).toMatchObject({ ok: false, kinds: ['anchor_altered'] })
    await audit.replaceAnchor(name, 'not even JSON')
    expect(await kinds()).toMatchObject({ ok: false, kinds: ['anchor_altered'] })
    await audit.replaceAnchor(name, text)
    expect(await kinds()).toEqual(clean)
  })

  test('an anchor under another key is altered, under a former one it is not', async () => {
    const changed = { AUDIT_SIGNING_KEY: 'another-key-another-key-another-key' }
    expect((await audit.open(changed).verify()).faults).toMatchObject([{ kind: 'anchor_altered' }])
    const former = { ...changed, AUDIT_FORMER_PUBLIC_KEYS: audit.keys[0]?.x ?? '' }
    expect((await audit.open(former).verify()).faults).toEqual([])
  })

  test('an anchor that was taken away is found by the one after it', async () => {
    for (const _ of ['second', 'third']) {
      await audit.recordMany(1)
      await audit.anchor(audit.open({ AUDIT_ANCHOR_ENTRIES: 1 }))
    }
    const [first = '', second = ''] = await audit.anchorNames()
    const text = await audit.readAnchor(second)
    await audit.removeAnchor(second)
    expect(await kinds()).toMatchObject({ ok: false, kinds: ['anchor_missing'] })
    await audit.replaceAnchor(second, text)
    await audit.removeAnchor(first)
    expect(await kinds()).toMatchObject({ ok: false, kinds: ['anchor_missing'] })
  })

  test('a log without any anchor is found when there should be one', async () => {
    for (const name of await audit.anchorNames()) await audit.removeAnchor(name)
    expect((await audit.open({ AUDIT_ANCHOR_ENTRIES: 5 }).verify()).faults).toMatchObject([
      { kind: 'anchor_missing', sequence: 1 },
    ])
  })

  test('what does not hold is not anchored', async () => {
    await audit.recordMany(2)
    await rewriteFrom(4)
    const eager = audit.open({ AUDIT_ANCHOR_ENTRIES: 1 })
    await expect(audit.anchor(eager)).rejects.toThrow('does not hold')
    expect(await audit.anchorNames()).toHaveLength(1)
    expect(await isToldBroken()).toBe(true)
  })

  test('a log that ends before its anchor is told of by the next turn', async () => {
    const eager = audit.open({ AUDIT_ANCHOR_ENTRIES: 1 })
    await audit.recordMany(1)
    await audit.anchor(eager)
    expect(await isToldBroken()).toBe(false)
    const { rows } = await audit.admin.query('select hash from audit_entries where sequence = 4')
    await audit.tamper(
      'delete from audit_entries where sequence > 4',
      `update audit_head set sequence = 4, hash = '${rows[0]?.hash}'`,
    )
    await expect(audit.anchor(eager)).rejects.toThrow('does not hold')
    expect(await isToldBroken()).toBe(true)
  })

  test('a newest anchor that is not ours ends the anchoring, and is told of until another replica could go on', async () => {
    const [name = ''] = await audit.anchorNames()
    const text = await audit.readAnchor(name)
    const eager = audit.open({ AUDIT_ANCHOR_ENTRIES: 1 })
    await audit.recordMany(1)
    await audit.replaceAnchor(name, text.replace('"sequence":5', '"sequence":6'))
    await expect(audit.anchor(eager)).rejects.toThrow('does not carry our signature')
    expect(await isToldBroken()).toBe(true)
    await audit.replaceAnchor(name, text)
    await audit.anchor(audit.open({ AUDIT_ANCHOR_ENTRIES: 1 }))
    // What this replica has told so far; both are in one process here.
    gauge().set(1)
    await audit.anchor(eager)
    expect(await isToldBroken()).toBe(false)
  })
})

test('the entries are followed while no transaction waits for it', async () => {
  await audit.recordMany(3)
  let open = 0
  let most = 0
  const system: typeof audit.database.system = async (work) => {
    most = Math.max(most, ++open)
    return audit.database.system(work).finally(() => open--)
  }
  const [job] = auditLog({ ...audit.database, system }, audit.files, settings).background
  await job?.run()
  expect(await audit.anchorNames()).toHaveLength(1)
  expect(most).toBe(1)
})

test('anchors are due after so many entries, after so much time, and never without anything new', async () => {
  await audit.anchor()
  expect(await audit.anchorNames()).toEqual([])
  const eager = audit.open({ AUDIT_ANCHOR_ENTRIES: 3 })
  for (const expected of [1, 1, 1, 2, 2]) {
    await audit.recordMany(1)
    await audit.anchor(eager)
    await audit.anchor(eager)
    expect(await audit.anchorNames()).toHaveLength(expected)
  }
  const restless = audit.open({ AUDIT_ANCHOR_SECONDS: 0 })
  await audit.anchor(restless)
  await audit.anchor(restless)
  expect(await audit.anchorNames()).toEqual([
    '000000000000001.json',
    '000000000000004.json',
    '000000000000005.json',
  ])
  expect((await audit.verify()).ok).toBe(true)
})

test('replicas that anchor at once write one anchor', async () => {
  await audit.recordMany(3)
  await Promise.all([1, 2, 3].map(() => audit.anchor(audit.open())))
  expect(await audit.anchorNames()).toHaveLength(1)
  expect((await audit.verify()).ok).toBe(true)
})

test('many entries at once in several replicas make one chain without forks, each of them once', async () => {
  const replicas = [audit.deliver, audit.replica(), audit.replica()]
  const events = Array.from({ length: 60 }, () => eventOf(auditRecorded, entryOf(), { source: '/documents' }))
  // Every event comes twice, as a broker that redelivers would have it.
  const answers = await Promise.all(
    [...events, ...events].map((event, index) => replicas[index % 3]?.(event)),
  )
  expect(new Set(answers)).toEqual(new Set(['SUCCESS']))
  expect(await audit.verify()).toMatchObject({ ok: true, entries: 60, head: { sequence: 60 } })
})

test('a replayed event is no second entry', async () => {
  const event = eventOf(auditRecorded, entryOf())
  await audit.deliver(event)
  await audit.deliver({ ...event, replayfor: 'events', replayid: 'again' })
  await audit.record()
  expect(await audit.verify()).toMatchObject({ ok: true, entries: 2 })
})

test('the service itself can add entries and neither change nor remove them', async () => {
  await audit.recordMany(1)
  for (const statement of [
    "update audit_entries set hash = ''",
    'delete from audit_entries',
    'truncate audit_entries',
  ]) {
    const client = await audit.database.pool.connect()
    await expect(client.query(statement)).rejects.toThrow('permission denied')
    client.release()
    await expect(audit.admin.query(statement)).rejects.toThrow('rows of audit_entries are never changed')
  }
})

test('what is hashed is the canonical form of the whole entry, as anybody can make it', async () => {
  await audit.record({ summary: 'Ünïcode \u2028 and "quotes"' })
  const { rows } = await audit.admin.query<{ entry: string; hash: string }>(
    'select entry, hash from audit_entries',
  )
  const { entry = '', hash } = rows[0] ?? {}
  expect(hash).toBe(sha256(entry))
  const names = Object.keys(JSON.parse(entry))
  expect(names).toEqual(names.toSorted())
  expect(JSON.parse(entry)).toMatchObject({ sequence: 1, previousHash: GENESIS.hash, service: 'documents' })
})
