import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { incompatibilities } from './compatibility.ts'
import { brokenContracts } from './contracts.ts'

const released = z.object({
  documentId: z.uuid(),
  title: z.string().max(200).optional(),
  kind: z.enum(['scan', 'text']),
  pages: z.array(z.object({ number: z.int(), confidence: z.number().nullable() })),
})

const against = (current: z.ZodType) =>
  incompatibilities(z.toJSONSchema(released, { io: 'input' }), z.toJSONSchema(current, { io: 'input' })).map(
    ({ path, reason }) => `${path} ${reason}`,
  )

describe('a contract that stays true to its release', () => {
  it('may be the same', () => expect(against(released)).toEqual([]))

  it('may gain optional fields, at any depth', () => {
    const pages = z.array(
      z.object({ number: z.int(), confidence: z.number().nullable(), words: z.int().optional() }),
    )
    expect(against(released.extend({ language: z.string().optional(), pages }))).toEqual([])
  })

  it('may be described better', () => {
    expect(against(released.describe('What was read.'))).toEqual([])
  })
})

describe('a contract that breaks its release', () => {
  it.each([
    ['removes a field', released.omit({ title: true }), ['data.title was removed']],
    ['retypes a field', released.extend({ title: z.int().optional() }), ['data.title type "string" became']],
    ['demands a new field', released.extend({ size: z.int() }), ['data.size is new and required']],
    ['demands an old field', released.required({ title: true }), ['data.title is required now']],
    ['lets a field be missing', released.partial({ kind: true }), ['data.kind is optional now']],
    [
      'adds a word to a list',
      released.extend({ kind: z.enum(['scan', 'text', 'fax']) }),
      ['data.kind enum ["scan","text"] became ["scan","text","fax"]'],
    ],
    [
      'tightens a limit',
      released.extend({ title: z.string().max(100).optional() }),
      ['data.title maxLength 200 became 100'],
    ],
  ])('%s', (_what, current, faults) => {
    const found = against(current)
    for (const fault of faults) expect(found).toContainEqual(expect.stringContaining(fault))
  })

  it('removes a field inside a list', () => {
    const pages = z.array(z.object({ number: z.int() }))
    expect(against(released.extend({ pages }))).toEqual([
      'data.pages[].confidence was removed; services of the last release read it',
    ])
  })

  it('adds a field to an object that was closed', () => {
    const [before, after] = [
      z.strictObject({ a: z.int() }),
      z.strictObject({ a: z.int(), b: z.int().optional() }),
    ]
    expect(incompatibilities(z.toJSONSchema(before), z.toJSONSchema(after))).toEqual([
      { path: 'data.b', reason: expect.stringContaining('is new') },
    ])
  })

  it('lets null in where there was none', () => {
    expect(against(released.extend({ documentId: z.uuid().nullable() }))).not.toEqual([])
  })
})

it('a checkout that has lost its promises does not pass', async () => {
  const root = await mkdtemp(join(tmpdir(), 'alta-contracts-'))
  expect(await brokenContracts(root)).toEqual([expect.stringContaining('released.json is missing')])
  await rm(root, { recursive: true })
})
