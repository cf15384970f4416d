import { afterAll, beforeAll, expect, test } from 'vitest'
import { entryOf, startAudit, type TestAudit } from './audit.fixture.ts'
import { GENESIS, type Link, nextLink } from './chain.ts'

const ENTRIES = 100_000

let audit: TestAudit
beforeAll(async () => {
  audit = await startAudit()
})
afterAll(() => audit.close())

/** Written as a backup would be read back: a hundred thousand deliveries would take minutes and test nothing more. */
async function fill(): Promise<void> {
  // What searches need is no part of this, and is most of the work of inserting.
  const { rows } = await audit.admin.query<{ name: string }>(
    `select indexrelid::regclass::text as name from pg_index
     where indrelid = 'audit_entries'::regclass and not indisunique`,
  )
  for (const { name } of rows) await audit.admin.query(`drop index ${name}`)
  let link: Link = GENESIS
  for (let from = 0; from < ENTRIES; from += 5_000) {
    const texts: string[] = []
    const hashes: string[] = []
    for (let index = 0; index < 5_000; index += 1) {
      const next = nextLink(link, {
        ...entryOf({ requestId: `request-${from + index}` }),
        tenantId: '00000000-0000-7000-8000-000000000000',
        service: 'documents',
      })
      texts.push(next.text)
      hashes.push(next.hash)
      link = next
    }
    await audit.admin.query(
      'insert into audit_entries (entry, hash) select * from unnest($1::text[], $2::text[]) as row (entry, hash)',
      [texts, hashes],
    )
  }
  // As the server does by itself in the minutes after; without it each look reads the whole table.
  await audit.admin.query('analyze audit_entries')
  await audit.admin.query('update audit_head set sequence = $1, hash = $2', [link.sequence, link.hash])
}

test('a clean log of 100,000 entries verifies in seconds, and one edited entry in it is found', async () => {
  await fill()
  await audit.anchor()
  const before = process.cpuUsage()
  const verdict = await audit.verify()
  const { user, system } = process.cpuUsage(before)
  expect(verdict).toMatchObject({ ok: true, entries: ENTRIES, anchors: { count: 1 }, unanchored: 0 })
  const ownSeconds = (user + system) / 1e6
  console.log(
    `verified ${ENTRIES} entries in ${verdict.milliseconds} ms, ${ownSeconds.toFixed(1)} s of it at work here`,
  )
  // Of the processor and not of the clock, which others who share the machine turn on.
  expect(ownSeconds).toBeLessThan(10)
  await audit.tamper(
    `update audit_entries set entry = replace(entry, '"allowed"', '"denied"') where sequence = 77777`,
  )
  expect(await audit.verify()).toMatchObject({ ok: false, firstBadSequence: 77_777 })
}, 600_000)
