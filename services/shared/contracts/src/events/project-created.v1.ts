import { z } from 'zod'
import { event } from '../event.ts'
import { reviewPolicy } from '../resources/project.ts'

export const projectCreated = event({
  topic: 'project.created.v1',
  owner: 'documents',
  summary: 'A project exists and its creator is its first owner.',
  schema: z.object({
    projectId: z.uuid(),
    name: z.string(),
    language: z.string(),
    ownerId: z.uuid(),
    review: reviewPolicy,
  }),
  example: {
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    name: 'Letters 1943',
    language: 'en',
    ownerId: '019a9d2e-0000-7000-8000-000000000001',
    review: { minimumConfidence: 0.9, minimumWordConfidence: 0.6, secondReviewer: false },
  },
  subject: (data) => data.projectId,
})
