import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { person } from '@alta/kit/testing/person'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAnalytics, type TestAnalytics } from '../analytics.fixture.ts'
import { project, reviewedDocument, sureRecording, unreadableDocument } from '../model/story.fixture.ts'

let analytics: TestAnalytics
const admin = person({ roles: ['admin'] })
const operator = person({ roles: ['operator'] })
const owner = person()
const member = person()
const stranger = person()
const [letters, talks] = [randomUUIDv7(), randomUUIDv7()]
const [uploader, first, second] = [randomUUIDv7(), randomUUIDv7(), randomUUIDv7()]

beforeAll(async () => {
  analytics = await startAnalytics()
  const by = uploader
  const taken = reviewedDocument({ projectId: letters, by, reviewer: first, day: '2026-11-19' })
  await analytics.take(
    project(letters, { ownerId: owner.userId, name: 'Letters' }),
    project(talks, { ownerId: owner.userId, name: 'Talks' }),
    eventOf(
      projectMemberAdded,
      { projectId: letters, userId: member.userId, role: 'viewer' },
      { sequence: '2' },
    ),
    ...reviewedDocument({
      projectId: letters,
      by,
      reviewer: first,
      corrections: 4,
      engine: 'google-document-ai',
    }).events,
    ...reviewedDocument({ projectId: letters, by, reviewer: first, second, secondCorrections: 3 }).events,
    ...reviewedDocument({ projectId: letters, by, reviewer: first, second, day: '2026-11-23' }).events,
    ...taken.events,
    taken.undone(3),
    ...unreadableDocument({ projectId: letters, by, day: '2026-11-23' }),
    ...sureRecording({ projectId: talks, by, day: '2026-11-24' }),
    eventOf(messageFailed, messageFailed.example, { time: '2026-11-24T10:00:00Z' }),
  )
})
afterAll(() => analytics.close())

const items = async (path: string, who = admin) => {
  const { status, body } = await analytics.get(who, path)
  expect(status, JSON.stringify(body)).toBe(200)
  return body.items
}

describe('volume', () => {
  test('counts files on the day they came and pages on the day they were read', async () => {
    expect(await items('/volume')).toEqual([
      { key: '2026-11-19', documents: 1, recordings: 0, pages: 3, seconds: 0, bytes: 1_000 },
      { key: '2026-11-20', documents: 2, recordings: 0, pages: 6, seconds: 0, bytes: 2_000 },
      { key: '2026-11-23', documents: 2, recordings: 0, pages: 3, seconds: 0, bytes: 2_000 },
      { key: '2026-11-24', documents: 0, recordings: 1, pages: 0, seconds: 90, bytes: 1_000 },
    ])
  })

  test('by week, project, person and provider comes to the same sums', async () => {
    expect(await items('/volume?groupBy=week')).toMatchObject([
      { key: '2026-11-16', documents: 3 },
      { key: '2026-11-23', documents: 2, recordings: 1 },
    ])
    expect(await items('/volume?groupBy=project')).toMatchObject([
      { key: letters, documents: 5, pages: 12 },
      { key: talks, recordings: 1, seconds: 90 },
    ])
    expect(await items('/volume?groupBy=person')).toMatchObject([
      { key: uploader, documents: 5, recordings: 1, pages: 12, seconds: 90 },
    ])
    expect(await items('/volume?groupBy=provider')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: 'tesseract', pages: 9 }),
        expect.objectContaining({ key: 'google-document-ai', pages: 3 }),
        expect.objectContaining({ key: 'google-speech', seconds: 90 }),
      ]),
    )
  })

  test('of some days is of these days, the last among them', async () => {
    const between = await items('/volume?from=2026-11-20&to=2026-11-23')
    expect(between.map(({ key }: { key: string }) => key)).toEqual(['2026-11-20', '2026-11-23'])
  })
})

describe('turnaround', () => {
  test('is the time of each stage, of approvals those that stand', async () => {
    expect(await items(`/turnaround?groupBy=project&projectId=${letters}`)).toEqual([
      { key: letters, stage: 'reading', count: 4, mean: 10, p50: 10, p95: 10 },
      { key: letters, stage: 'opening', count: 4, mean: 1, p50: 1, p95: 1 },
      { key: letters, stage: 'waiting', count: 4, mean: 60, p50: 60, p95: 60 },
      { key: letters, stage: 'deciding', count: 3, mean: 30, p50: 30, p95: 30 },
      { key: letters, stage: 'whole', count: 3, mean: 101, p50: 101, p95: 101 },
    ])
    expect(await items(`/turnaround?groupBy=project&projectId=${talks}`)).toMatchObject([
      { stage: 'reading', count: 1, mean: 40 },
      { stage: 'whole', count: 1, mean: 41 },
    ])
  })
})

describe('confidence', () => {
  test('is held against the share of words that people changed, in tenths', async () => {
    expect(await items('/confidence')).toEqual([
      { key: 'google-document-ai', confidence: 0.7, items: 1, words: 100, corrections: 4, share: 0.04 },
      { key: 'tesseract', confidence: 0.7, items: 2, words: 200, corrections: 3, share: 0.015 },
    ])
  })
})

describe('reviewers', () => {
  test('are counted by what they decided, and the first by whether the second agreed', async () => {
    const found = await items('/reviewers')
    expect(found).toEqual([
      {
        ...{ key: first, approved: 1, passed: 2, sentBack: 0, rejected: 0, undone: 1 },
        ...{ corrections: 8, words: 300, checked: 2, agreed: 1, changedWords: 3, agreement: 0.5 },
      },
      {
        ...{ key: second, approved: 2, passed: 0, sentBack: 0, rejected: 0, undone: 0 },
        ...{ corrections: 3, words: 200, checked: 0, agreed: 0, changedWords: 0, agreement: null },
      },
    ])
  })
})

describe('what a first reviewer has changed', () => {
  test('counts once the second one has decided, and no longer when that is taken back', async () => {
    const [tenantId, projectId] = [randomUUIDv7(), randomUUIDv7()]
    const [ann, second] = [randomUUIDv7(), randomUUIDv7()]
    const elsewhere = person({ tenantId, roles: ['admin'] })
    const told = reviewedDocument({ tenantId, projectId, reviewer: ann, second, day: '2026-11-25' })
    const [settled] = told.events.splice(-1)
    await analytics.take(
      project(projectId, { ownerId: elsewhere.userId, name: 'Diaries', tenantId }),
      ...told.events,
    )
    const ofAnn = async () => {
      const found = await items('/reviewers', elsewhere)
      return found.find(({ key }: { key: string }) => key === ann)
    }
    expect(await ofAnn()).toMatchObject({ passed: 1, corrections: 0, words: 0 })
    if (settled) await analytics.take(settled)
    expect(await ofAnn()).toMatchObject({ passed: 1, corrections: 2, words: 100, checked: 1 })
    await analytics.take(told.undone(5))
    expect(await ofAnn()).toMatchObject({ passed: 1, corrections: 0, words: 0, checked: 0 })
  })
})

describe('failures', () => {
  test('are counted by cause; those of no project are for who sees the tenant', async () => {
    const cause = { key: '2026-11-23', stage: 'reading', cause: 'unreadable_file', failures: 1 }
    const handling = { key: '2026-11-24', stage: 'handling', cause: 'TypeError', failures: 1 }
    expect(await items('/failures')).toEqual([cause, handling])
    expect(await items('/failures', owner)).toEqual([cause])
    expect(await items('/failures?groupBy=person', owner)).toMatchObject([{ key: uploader }])
  })
})

describe('costs', () => {
  test('are pages and minutes times the price of their engine; engines without a price cost nothing', async () => {
    expect(await items('/costs')).toEqual([
      { key: 'google-speech', pages: 0, seconds: 90, cost: 0.036, currency: 'USD' },
      { key: 'google-document-ai', pages: 3, seconds: 0, cost: 0.0045, currency: 'USD' },
      { key: 'tesseract', pages: 9, seconds: 0, cost: 0, currency: 'USD' },
    ])
    expect(await items('/costs?groupBy=person')).toMatchObject([{ key: uploader, cost: 0.0405 }])
  })
})

describe('who sees what', () => {
  const documents = async (who: typeof owner, query = '') =>
    (await items(`/volume?groupBy=project${query}`, who)).map(({ key }: { key: string }) => key)

  test('members their projects, administrators and operators the tenant, others nothing', async () => {
    expect(await documents(admin)).toEqual([letters, talks])
    expect(await documents(operator)).toEqual([letters, talks])
    expect(await documents(owner)).toEqual([letters, talks])
    expect(await documents(member)).toEqual([letters])
    expect(await documents(stranger)).toEqual([])
    expect(await documents({ ...admin, tenantId: randomUUIDv7() })).toEqual([])
  })

  test('a project of others is not found, nor one that is not there', async () => {
    const refused = { status: 404, body: { code: 'project_not_found' } }
    expect(await analytics.get(member, `/volume?projectId=${talks}`)).toMatchObject(refused)
    expect(await analytics.get(admin, `/volume?projectId=${randomUUIDv7()}`)).toMatchObject(refused)
    expect(
      await analytics.get({ ...admin, tenantId: randomUUIDv7() }, `/volume?projectId=${talks}`),
    ).toMatchObject(refused)
    expect(await documents(member, `&projectId=${letters.toUpperCase()}`)).toEqual([letters])
  })

  test('whoever leaves a project sees it no longer', async () => {
    const gone = person()
    const of = { projectId: talks, userId: gone.userId }
    await analytics.take(
      eventOf(projectMemberRemoved, of, { sequence: '5' }),
      eventOf(projectMemberAdded, { ...of, role: 'viewer' }, { sequence: '4' }),
    )
    expect(await documents(gone)).toEqual([])
  })

  test('without a token nobody gets in', async () => {
    expect((await analytics.get(undefined, '/volume')).status).toBe(401)
  })
})

describe('the table', () => {
  const names = ['volume', 'turnaround', 'confidence', 'reviewers', 'failures', 'costs']

  test.each(names)('of %s is the same by its path and by Accept', async (name) => {
    const byPath = await analytics.call(admin, 'GET', `/${name}.csv`)
    const byAccept = await analytics.call(admin, 'GET', `/${name}`, { headers: { accept: 'text/csv' } })
    expect(byPath.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(byPath.headers.get('content-disposition')).toBe(
      `attachment; filename="${name}-2026-11-01-2026-11-30.csv"`,
    )
    const text = await byPath.text()
    expect(await byAccept.text()).toBe(text)
    const { items: rows } = (await analytics.get(admin, `/${name}`)).body
    const lines = text.trimEnd().split('\n')
    expect(lines[0]).toBe(Object.keys(rows[0]).join(','))
    expect(lines).toHaveLength(rows.length + 1)
  })

  test('is refused like the series, as a problem', async () => {
    const answer = await analytics.call(admin, 'GET', '/volume.csv?from=2026-12-01&to=2026-11-01')
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })
})

describe('ranges', () => {
  test.each([
    ['from=2026-11-30&to=2026-11-29', 'invalid_range'],
    ['from=2020-01-01&to=2026-11-29', 'range_too_long'],
    ['from=yesterday', 'validation_failed'],
    ['to=2026-02-30', 'validation_failed'],
    ['from=0000-01-01', 'validation_failed'],
    ['groupBy=month', 'validation_failed'],
    ['projectId=7', 'validation_failed'],
  ])('%s is refused: %s', async (query, code) => {
    expect(await analytics.get(admin, `/volume?${query}`)).toMatchObject({ status: 400, body: { code } })
  })

  test('end and begin where time does', async () => {
    expect(await items('/volume?to=0001-01-02')).toEqual([])
    expect(await items('/volume?from=9999-12-31&to=9999-12-31')).toEqual([])
  })
})
