import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { claimNode, isOwner, releaseNode } from './owner.ts'

let place: string
beforeEach(async () => {
  place = join(await mkdtemp(join(tmpdir(), 'alta-run-')), 'cluster')
})
afterEach(() => rm(join(place, '..'), { recursive: true, force: true }))

it('of two checkouts that begin at once one has the node, and the other is told whose it is', async () => {
  const folders = ['/one/.alta/cluster', '/two/.alta/cluster']
  const outcomes = await Promise.allSettled(folders.map((folder) => claimNode(folder, place)))
  const owner = folders.filter((folder) => isOwner(folder, place))
  expect(owner).toHaveLength(1)
  const failures = outcomes.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
  expect(failures).toHaveLength(1)
  expect(failures[0]).toContain(`that of ${owner[0]}`)
})

it('a node is nobody’s before it is claimed and after it was released', async () => {
  expect(isOwner('/one', place)).toBe(false)
  await claimNode('/one', place)
  expect(isOwner('/one', place)).toBe(true)
  await releaseNode(place)
  expect(isOwner('/one', place)).toBe(false)
  await claimNode('/two', place)
  expect(isOwner('/one', place)).toBe(false)
})
