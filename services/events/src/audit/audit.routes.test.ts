import { randomUUIDv7 } from '@alta/kit/identifiers'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAudit, type TestAudit } from './audit.fixture.ts'
import { verifyExport } from './verify-export.ts'

const otherTenant = '019a9d2e-0000-7000-8000-00000000000f'
const operator = person({ roles: ['operator'] })
const ada = randomUUIDv7()
const actor = { userId: ada, sessionId: 's', roles: [] }

let audit: TestAudit
beforeAll(async () => {
  audit = await startAudit({ AUDIT_ANCHOR_ENTRIES: 1 })
  await audit.record({ actor, action: 'POST /api/v1/projects', at: '2026-01-01T00:00:00.000Z' })
  await audit.record({ requestId: 'foreign-1' }, { tenantid: otherTenant })
  await audit.record({
    actor,
    action: 'DELETE /api/v1/projects/:id',
    outcome: 'denied',
    code: 'forbidden',
    resources: [{ name: 'id', id: 'project-7' }],
    at: '2026-01-02T00:00:00.000Z',
  })
  await audit.record({ actor: null, action: '=HYPERLINK("http://x")', requestId: 'request-9', summary: '@a' })
  await audit.record({ requestId: 'foreign-2' }, { tenantid: otherTenant })
  await audit.record({ actor, at: '2026-01-03T00:00:00.000Z' })
  await audit.anchor()
})
afterAll(() => audit.close())

const sequences = async (query: string) => {
  const { status, body } = await audit.call(operator, 'GET', query)
  expect(status).toBe(200)
  return body.items.map(({ sequence }: { sequence: number }) => sequence)
}

describe('GET /api/v1/audit', () => {
  test.each(['action', 'resource', 'requestId'])(
    'refuses a word in %s that no database takes',
    async (name) => {
      expect((await audit.call(operator, 'GET', `?${name}=%00`)).status).toBe(400)
    },
  )

  test('shows the entries of one’s own tenant, newest first, page by page', async () => {
    expect(await sequences('?limit=3')).toEqual([6, 4, 3])
    const first = await audit.call(operator, 'GET', '?limit=3')
    expect(await sequences(`?limit=3&cursor=${first.body.nextCursor}`)).toEqual([1])
    expect(first.body.items[2]).toMatchObject({
      sequence: 3,
      actor,
      outcome: 'denied',
      code: 'forbidden',
      service: 'documents',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      previousHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  test.each([
    [`actor=${ada}`, [6, 3, 1]],
    [`action=${encodeURIComponent('POST /api/v1/projects')}&actor=${ada}`, [6, 1]],
    ['resource=project-7', [3]],
    ['outcome=denied', [3]],
    ['requestId=request-9', [4]],
    ['from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z', [3]],
    ['from=2026-01-02T01:00:00%2B01:00&to=2026-01-03T00:00:00Z', [3]],
    ['requestId=foreign-1', []],
    ["resource=';drop table audit_entries;--", []],
  ])('finds by %s', async (query, expected) => {
    expect(await sequences(`?${query}`)).toEqual(expected)
  })

  test('is for those who may, and bad input is a fault of the input', async () => {
    expect((await audit.call(undefined, 'GET', '')).status).toBe(401)
    expect((await audit.call(person(), 'GET', '')).body).toMatchObject({ status: 403, code: 'forbidden' })
    for (const query of ['?cursor=x', '?actor=1', '?outcome=maybe', '?from=yesterday', '?limit=0']) {
      expect((await audit.call(operator, 'GET', query)).status).toBe(400)
    }
  })

  test('reading it is itself noted, with who asked for what; so is an attempt', async () => {
    const reader = person({ roles: ['operator'] })
    await audit.call(reader, 'GET', '?outcome=denied')
    await audit.call({ ...reader, roles: [] }, 'GET', '/export')
    const mine = (await audit.noted()).filter((entry) => entry.actor?.userId === reader.userId)
    expect(mine).toMatchObject([
      { action: 'GET /api/v1/audit', outcome: 'allowed', resources: [{ name: 'outcome', id: 'denied' }] },
      { action: 'GET /api/v1/audit/export', outcome: 'denied' },
    ])
  })
})

describe('GET /api/v1/audit/export', () => {
  async function* linesOf(text: string) {
    yield* text.split('\n')
  }

  test('gives a file that is verified on its own, with the links of what it does not show', async () => {
    const { text, headers } = await audit.call(operator, 'GET', '/export')
    expect(headers.get('content-type')).toBe('application/x-ndjson')
    expect(text).not.toContain('foreign')
    expect(await verifyExport(linesOf(text), audit.keys)).toEqual({
      ok: true,
      entries: 6,
      hidden: 2,
      anchors: 1,
      faults: [],
    })
  })

  test('a filtered file has what matches, and still shows that nothing between was left out', async () => {
    const { text } = await audit.call(operator, 'GET', `/export?actor=${ada}`)
    expect(await verifyExport(linesOf(text), [])).toMatchObject({ ok: true, entries: 6, hidden: 3 })
    const none = await audit.call(operator, 'GET', '/export?resource=nothing')
    expect(none.text).toBe('')
  })

  test('an edited, a removed and a reordered line are found, and an anchor that is not ours', async () => {
    const { text } = await audit.call(operator, 'GET', '/export')
    const lines = text.trim().split('\n')
    const verified = async (changed: string[]) =>
      (await verifyExport(linesOf(changed.join('\n')), audit.keys)).faults[0]
    expect(await verified(lines.map((line) => line.replace('"forbidden"', '"allowed"')))).toMatchObject({
      kind: 'entry_altered',
      sequence: 3,
    })
    expect(await verified(lines.toSpliced(2, 1))).toMatchObject({ kind: 'entry_missing', sequence: 3 })
    expect((await verified([lines[1] ?? '', lines[0] ?? '']))?.kind).toBe('entry_missing')
    expect(
      await verified(
        lines.map((line) => line.replace('"previousAnchor":null', `"previousAnchor":"${'0'.repeat(64)}"`)),
      ),
    ).toMatchObject({
      kind: 'anchor_altered',
    })
    await expect(verifyExport(linesOf('{"a":1}'), [])).rejects.toThrow('line 1 is not one of an export')
  })

  test('as a table it runs no formulas in the reader’s spreadsheet', async () => {
    const { text } = await audit.call(operator, 'GET', '/export?format=csv')
    const lines = text.trim().split('\n')
    expect(lines).toHaveLength(7)
    expect(lines[0]).toMatch(/^sequence,at,service,actor/)
    expect(text).toContain('"\'=HYPERLINK')
    expect(text).toContain("'@a")
    expect(text).not.toContain('foreign')
  })
})

test('POST /api/v1/audit/verify says how many, when and since where, and is noted', async () => {
  const checker = person({ roles: ['operator'] })
  const { status, body } = await audit.call(checker, 'POST', '/verify')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    ok: true,
    entries: 6,
    firstBadSequence: null,
    anchors: { count: 1 },
    unanchored: 0,
  })
  expect(Date.parse(body.verifiedAt)).toBeGreaterThan(Date.now() - 60_000)
  const mine = (await audit.noted()).filter((entry) => entry.actor?.userId === checker.userId)
  expect(mine).toMatchObject([{ action: 'POST /api/v1/audit/verify', outcome: 'allowed' }])
  expect((await audit.call(person(), 'POST', '/verify')).status).toBe(403)
})

test('anchors and the key that verifies them can be kept by anybody who may read the log', async () => {
  const { body: keys } = await audit.call(operator, 'GET', '/keys')
  const { body: anchors } = await audit.call(operator, 'GET', '/anchors')
  expect(keys.keys).toEqual([{ kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: expect.any(String) }])
  expect(anchors.items).toMatchObject([
    { anchor: { sequence: 6, kid: keys.keys[0].kid, previousAnchor: null } },
  ])
})
