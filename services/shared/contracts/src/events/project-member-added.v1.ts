import { z } from 'zod'
import { event } from '../event.ts'
import { projectRole } from '../resources/project.ts'

export const projectMemberAdded = event({
  topic: 'project.member-added.v1',
  owner: 'documents',
  summary: 'A person joins a project, or changes role in it.',
  schema: z.object({ projectId: z.uuid(), userId: z.uuid(), role: projectRole }),
  example: {
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    userId: '019a9d2e-0000-7000-8000-000000000003',
    role: 'reviewer',
  },
  subject: (data) => data.projectId,
})
