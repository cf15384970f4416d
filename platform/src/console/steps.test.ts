import { expect, it } from 'vitest'
import { step } from './steps.ts'

it('says on a full disk to make room, not to read logs', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  const failing = (error: Error) => step('PostgreSQL', () => Promise.reject(error))
  await expect(failing(full)).rejects.toMatchObject({
    why: 'PostgreSQL: ENOSPC: no space left on device, write',
    attempt: expect.stringContaining('make room'),
  })
  await expect(failing(new Error('odd'))).rejects.toMatchObject({
    attempt: 'make logs s=supervisor, or run the command again',
  })
})
