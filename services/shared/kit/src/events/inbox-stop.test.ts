import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { expect, test } from 'vitest'
import type { EffectsSchema } from '../testing/kit-fixture.ts'
import { work } from './handlers.ts'
import { anEvent, type Deleted, inboxUnderTest } from './inbox.fixture.ts'

const stage = inboxUnderTest()

test('work that is delivered while the service stops goes back to the broker and costs no attempt', async () => {
  let runs = 0
  const inbox = stage.open([
    work<Deleted, undefined, EffectsSchema>(projectDeleted, {
      timeLimit: 10_000,
      run: async () => {
        runs += 1
        return undefined
      },
      commit: async () => undefined,
    }),
  ])
  const event = anEvent()
  await inbox.stop(1_000)
  expect(await inbox.receive(projectDeleted.topic, event)).toBe('RETRY')
  // A row would be leased to a process that is gone, and its next owner would count that as a death.
  expect(await stage.rows()).toEqual([])
  expect(runs).toBe(0)
})
