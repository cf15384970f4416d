import { randomUUIDv7 } from '@alta/kit/identifiers'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { projectEvents } from './consumer.fixture.ts'
import { operator, startDeadLetters, type TestDeadLetters } from './dead-letters.fixture.ts'

let service: TestDeadLetters
const who = operator()
beforeAll(async () => {
  service = await startDeadLetters()
})
afterAll(() => service.close())
beforeEach(async () => {
  await service.admin.query('truncate dead_letter_groups, dead_letters, dead_letter_retries, inbox_messages')
})

const groups = async (query = '') => {
  const { status, body } = await service.get(who, query)
  expect(status, JSON.stringify(body)).toBe(200)
  return body.items as { id: string; errorClass: string; app: string; matching: number; version: number }[]
}
const classes = async (query = '') => (await groups(query)).map(({ errorClass }) => errorClass).sort()

describe('GET /api/v1/dead-letters', () => {
  beforeEach(async () => {
    const [a, b, c] = projectEvents(3)
    if (!a || !b || !c) throw new Error('three were asked for')
    await service.fail({ ...a, correlationid: 'req-a' }, { errorClass: 'A', at: '2026-01-01T00:00:00.000Z' })
    await service.fail(b, { errorClass: 'B', message: 'out of memory', at: '2026-01-02T00:00:00.000Z' })
    await service.fail(c, { errorClass: 'C', app: 'ocr', handler: 'ocr/x', at: '2026-01-03T00:00:00.000Z' })
  })

  it('goes on from any time that a cursor may name', async () => {
    for (const [lastSeenAt, found] of [
      ['0000-01-01T00:00:00Z', 0],
      [`2026-06-01T00:00:00.${'1'.repeat(600)}Z`, 3],
    ]) {
      const position = { lastSeenAt, id: randomUUIDv7() }
      const cursor = Buffer.from(JSON.stringify(position)).toString('base64url')
      expect(await groups(`?cursor=${cursor}`)).toHaveLength(Number(found))
    }
  })

  it('filters by app, topic, class, handler, status, text, correlation id, time and fields of the event', async () => {
    const { subject } = JSON.parse(
      (await service.admin.query(`select event from dead_letters where error_class = 'B'`)).rows[0].event,
    )
    for (const [query, expected] of [
      ['?app=ocr', ['C']],
      ['?topic=project.deleted.v1', ['A', 'B', 'C']],
      ['?topic=none', []],
      ['?errorClass=A&errorClass=B', ['A', 'B']],
      ['?handler=ocr/x', ['C']],
      ['?status=open&groupStatus=new', ['A', 'B', 'C']],
      ['?status=resolved', []],
      ['?text=OUT%20OF', ['B']],
      ['?text=100%25', []],
      ['?correlationId=req-a', ['A']],
      ['?from=2026-01-02T00:00:00Z', ['B', 'C']],
      ['?from=2026-01-01T12:00:00Z&to=2026-01-02T12:00:00Z', ['B']],
      [`?field=data.projectId=${subject}`, ['B']],
      [`?field=data.projectId=${subject}&app=ocr`, []],
      ['?not.app=ocr', ['A', 'B']],
      ['?not.app=ocr&not.text=memory', ['A']],
      [`?not.field=data.projectId=${subject}`, ['A', 'C']],
      ['?not.correlationId=req-a', ['B', 'C']],
    ] as const) {
      expect([query, await classes(query)]).toEqual([query, expected])
    }
  })

  it('comes in pages, what failed last first', async () => {
    const first = await service.get(who, '?limit=2')
    expect(first.body.items.map(({ errorClass }: { errorClass: string }) => errorClass)).toEqual(['C', 'B'])
    const next = await service.get(who, `?limit=2&cursor=${first.body.nextCursor}`)
    expect(next.body).toMatchObject({ items: [{ errorClass: 'A' }], nextCursor: null })
  })

  it('refuses bad input with its reason', async () => {
    for (const query of [
      '?status=lost',
      '?field=nothing',
      '?from=yesterday',
      '?limit=0',
      '?text=',
      '?app=a%00b',
      '?not.status=x',
    ]) {
      const { status, body } = await service.get(who, query)
      expect([query, status, body.code]).toEqual([query, 400, 'validation_failed'])
    }
    expect((await service.get(who, '?cursor=nonsense')).body.code).toBe('invalid_cursor')
    expect((await service.get(who, '?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z')).status).toBe(200)
  })

  it('is for operators', async () => {
    const [group] = await groups()
    const stranger = person()
    const calls = [
      ['GET', ''],
      ['GET', `/${group?.id}`],
      ['PATCH', `/${group?.id}`],
      ['GET', `/${group?.id}/messages`],
      ['GET', `/${group?.id}/messages.csv`],
      ['POST', `/${group?.id}/retry`],
      ['POST', '/retry'],
      ['POST', `/${group?.id}/edit`],
      ['POST', `/${group?.id}/discard`],
      ['POST', `/${group?.id}/restore`],
      ['GET', '/proposals'],
      ['POST', `/proposals/${randomUUIDv7()}/approve`],
    ] as const
    for (const [method, path] of calls) {
      const body = method === 'GET' ? undefined : {}
      expect([method, path, (await service.call(stranger, method, path, body)).status]).toEqual([
        method,
        path,
        403,
      ])
      expect((await service.call(undefined, method, path, body)).status).toBe(401)
    }
    const elsewhere = person({ roles: ['admin'], tenantId: randomUUIDv7() })
    expect((await service.get(elsewhere, `/${group?.id}`)).status).toBe(403)
    expect((await service.get(elsewhere, `/${group?.id}/messages`)).status).toBe(403)
  })
})

describe('PATCH /api/v1/dead-letters/:group', () => {
  it('keeps owner, status and note, for whoever has seen the newest version', async () => {
    await service.fail(projectEvents(1)[0] ?? fault())
    const [group] = await groups()
    const path = `/${group?.id}`
    const etag = (await service.get(who, path)).headers.get('etag') ?? ''
    const change = { owner: who.userId, status: 'acknowledged', note: 'waits for the new parser' }
    const changed = await service.patch(who, path, change, { 'if-match': etag })
    expect(changed.body).toMatchObject(change)
    expect(changed.headers.get('etag')).toBe('"2"')
    const late = await service.patch(who, path, { note: 'mine' }, { 'if-match': etag })
    expect([late.status, late.body.code]).toEqual([412, 'precondition_failed'])
    expect((await service.patch(who, path, { owner: null })).body).toMatchObject({ ...change, owner: null })
  })

  it('refuses what it does not know', async () => {
    await service.fail(projectEvents(1)[0] ?? fault())
    const [group] = await groups()
    for (const body of [{}, { status: 'gone' }, { owner: 'me' }, { note: 'a\0b' }, { count: 0 }]) {
      expect((await service.patch(who, `/${group?.id}`, body)).status).toBe(400)
    }
    expect((await service.patch(who, `/${randomUUIDv7()}`, { note: '' })).body.code).toBe('group_not_found')
  })
})

describe('the messages of a group', () => {
  it('come in pages, newest first, and can be filtered', async () => {
    const events = projectEvents(5)
    for (const event of events) await service.fail(event)
    const path = `/${(await groups())[0]?.id}/messages`
    const first = await service.get(who, `${path}?limit=3`)
    const next = await service.get(who, `${path}?limit=3&cursor=${first.body.nextCursor}`)
    const ids = [...first.body.items, ...next.body.items].map(({ messageId }) => messageId)
    expect(ids).toEqual(events.map(({ id }) => id).reverse())
    expect(next.body.nextCursor).toBeNull()
    expect(
      (await service.get(who, `${path}?correlationId=${events[2]?.correlationid}`)).body.items,
    ).toHaveLength(1)
    expect((await service.get(who, `${path}/${randomUUIDv7()}`)).body.code).toBe('dead_letter_not_found')
  })

  it('can be taken away as CSV that no spreadsheet runs', async () => {
    const [event] = projectEvents(1)
    await service.fail(event ?? fault(), { message: '=HYPERLINK("http://evil","x"), "quoted"' })
    const { status, text, headers } = await service.get(who, `/${(await groups())[0]?.id}/messages.csv`)
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])
    const [heading, row] = text.split('\n')
    expect(heading).toMatch(/^id,groupId,kind,app,handler,topic,/)
    expect(row).toContain(event?.id)
    expect(row).toContain(`"'=HYPERLINK(""http://evil"",""x""), ""quoted"""`)
    expect((await service.get(who, `/${randomUUIDv7()}/messages.csv`)).status).toBe(404)
  })

  it('are all in the CSV, however many there are', async () => {
    const [event] = projectEvents(1)
    await service.fail(event ?? fault())
    await service.admin.query(`
      insert into dead_letters (id, tenant_id, group_id, kind, app, handler, topic, event, error_class, message, stack,
        attempts, first_failed_at, last_failed_at)
      select gen_random_uuid(), tenant_id, group_id, kind, app, handler, topic, event, error_class, message, stack,
        attempts, first_failed_at, last_failed_at from dead_letters, generate_series(1, 1200)`)
    const { text } = await service.get(who, `/${(await groups())[0]?.id}/messages.csv`)
    expect(text.trim().split('\n')).toHaveLength(1202)
  })
})

const fault = () => {
  throw new Error('an event was asked for')
}
