import type pg from 'pg'

/** What people would miss, by the name it has in the report; tables of machinery (leases, beats, samples) are left out. */
const tablesOf: Readonly<Record<string, readonly string[]>> = {
  accounts: ['identity.users', 'identity.credentials'],
  projects: ['documents.projects', 'documents.project_members'],
  items: ['documents.documents', 'documents.versions', 'documents.recognitions', 'documents.history'],
  texts: ['documents.readings', 'documents.pages'],
  reviews: ['reviews.subjects', 'reviews.review_items', 'reviews.verdicts'],
  mails: ['notifications.messages', 'notifications.caught_mails', 'notifications.contacts'],
  events: ['events.stored_events'],
  'audit entries': ['events.audit_entries', 'events.audit_head'],
}

/** Every row of these tables, as a hash. */
export type Snapshot = ReadonlyMap<string, ReadonlySet<string>>

/** All of it at one moment of the database. */
export async function takeSnapshot(admin: pg.Pool): Promise<Snapshot> {
  const client = await admin.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const found = new Map<string, Set<string>>()
    for (const [name, tables] of Object.entries(tablesOf)) {
      const rows = new Set<string>()
      for (const table of tables) {
        const { rows: hashes } = await client.query<{ hash: string }>(
          `select $1 || md5(t::text) as hash from ${table} t`,
          [`${table} `],
        )
        for (const { hash } of hashes) rows.add(hash)
      }
      found.set(name, rows)
    }
    return found
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** For each name: rows then, rows now, and how many of either the other has not. */
export const compared = (then: Snapshot, now: Snapshot) =>
  [...then].map(([name, before]) => {
    const after = now.get(name) ?? new Set<string>()
    const missing = [...before].filter((row) => !after.has(row)).length
    const added = [...after].filter((row) => !before.has(row)).length
    return { name, before: before.size, after: after.size, differences: missing + added }
  })
