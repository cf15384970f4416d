import { z } from 'zod'
import { event } from '../event.ts'
import { reviewPolicy } from '../resources/project.ts'

export const projectUpdated = event({
  topic: 'project.updated.v1',
  owner: 'documents',
  summary: 'Name, language or review policy of a project has changed; carries the new values.',
  schema: z.object({ projectId: z.uuid(), name: z.string(), language: z.string(), review: reviewPolicy }),
  example: {
    projectId: '019a9d2e-0000-7000-8000-000000000002',
    name: 'Letters 1943 to 1945',
    language: 'en',
    review: { minimumConfidence: 0.9, minimumWordConfidence: 0.6, secondReviewer: true },
  },
  subject: (data) => data.projectId,
})
