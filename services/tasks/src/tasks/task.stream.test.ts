import { expect, test } from 'vitest'
import { taskStream } from './task.stream.ts'
import type { TaskRow } from './turn.repository.ts'

test('a stream of a task that does not end is over after its time', async () => {
  // As much of a task as is looked at when nothing happens.
  const task = { version: 3, state: 'running', retry: null } as TaskRow
  const stream = taskStream(async () => ({ task, changes: [] }), {
    after: 3,
    signal: new AbortController().signal,
    longest: 1_000,
  })
  expect(await Array.fromAsync(stream)).toEqual([': following\n\n'])
})
