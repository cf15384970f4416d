import { projectRole, reviewPolicy } from '@alta/contracts/resources/project'
import { z } from 'zod'
import { language, line, paragraph } from '../intake/fields.ts'

export const projectResource = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  language: z.string(),
  review: reviewPolicy,
  /** Of the caller. */
  role: projectRole,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  version: z.number().int(),
})

export const memberResource = z.object({ userId: z.uuid(), role: projectRole, addedAt: z.iso.datetime() })

export const newProject = z.strictObject({
  name: line(200),
  description: paragraph(4000).default(''),
  language: language.default('en'),
  review: reviewPolicy.prefault({}),
})

/** Only what is given changes, within `review` too. */
export const projectChange = z.strictObject({
  name: line(200).optional(),
  description: paragraph(4000).optional(),
  language: language.optional(),
  review: z
    .strictObject({
      minimumConfidence: z.number().min(0).max(1),
      minimumWordConfidence: z.number().min(0).max(1),
      secondReviewer: z.boolean(),
    })
    .partial()
    .optional(),
})

export type NewProject = z.output<typeof newProject>
export type ProjectChange = z.output<typeof projectChange>
export type ProjectResource = z.output<typeof projectResource>
export type MemberResource = z.output<typeof memberResource>
