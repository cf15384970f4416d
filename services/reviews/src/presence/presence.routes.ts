import { may } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import type { PresenceService } from './presence.service.ts'

const params = z.object({ id: z.uuid() })
const present = z.object({
  others: z.array(z.uuid()).describe('Other people who have the item open, last seen first; at most 20'),
})

export function presenceRoutes(presence: PresenceService): Route[] {
  return [
    route({
      method: 'put',
      path: '/api/v1/reviews/:id/presence',
      summary: 'Say that one looks at an item, and hear who else does',
      description: 'Lasts for 40 seconds. It keeps nothing from anybody: a claim does.',
      tag: 'reviews',
      policy: may('reviews:read', 'project viewer'),
      fleeting: true,
      params,
      answers: { 200: { description: 'Who else is there', schema: present } },
      handle: async ({ principal, params: { id } }) => ({
        status: 200,
        body: { others: await presence.arrive(principal, id) },
      }),
    }),
    route({
      method: 'delete',
      path: '/api/v1/reviews/:id/presence',
      summary: 'Say that one looks at an item no more',
      tag: 'reviews',
      policy: may('reviews:read', 'project viewer'),
      fleeting: true,
      params,
      answers: { 204: { description: 'Others hear no more of it' } },
      handle: async ({ principal, params: { id } }) => {
        await presence.leave(principal, id)
        return { status: 204 }
      },
    }),
  ]
}
