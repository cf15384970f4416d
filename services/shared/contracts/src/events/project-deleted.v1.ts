import { z } from 'zod'
import { event } from '../event.ts'

export const projectDeleted = event({
  topic: 'project.deleted.v1',
  owner: 'documents',
  summary: 'A project and all that it held are gone for its members.',
  schema: z.object({ projectId: z.uuid() }),
  example: { projectId: '019a9d2e-0000-7000-8000-000000000002' },
  subject: (data) => data.projectId,
})
