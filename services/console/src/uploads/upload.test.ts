import { expect, test } from 'vitest'
import { inOrder, type Upload, type UploadState } from './upload.ts'

test('of many files those that are being sent come first, then those that want somebody, and last those that are there', () => {
  const states: UploadState[] = ['done', 'waiting', 'failed', 'sending', 'duplicate', 'waiting', 'paused']
  const uploads = states.map(
    (state, id): Upload => ({ id, projectId: 'p', name: `${id}`, size: 1, sent: 0, state, kind: 'document' }),
  )
  expect(inOrder(uploads).map(({ id }) => id)).toEqual([3, 2, 6, 1, 5, 0, 4])
})
