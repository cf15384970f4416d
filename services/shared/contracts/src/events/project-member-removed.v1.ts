import { z } from 'zod'
import { event } from '../event.ts'

export const projectMemberRemoved = event({
  topic: 'project.member-removed.v1',
  owner: 'documents',
  summary: 'A person no longer belongs to a project.',
  schema: z.object({ projectId: z.uuid(), userId: z.uuid() }),
  example: {
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    userId: '019a9d2e-0000-7000-8000-000000000003',
  },
  subject: (data) => data.projectId,
})
