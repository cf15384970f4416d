import { projectRole } from '@alta/contracts/resources/project'
import { may } from '@alta/kit/auth/policy'
import { listOf } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { uuid } from '../intake/fields.ts'
import type { MemberService } from './member.service.ts'
import { memberResource } from './project.resource.ts'

const member = z.object({ id: uuid, userId: uuid })

export const memberRoutes = (members: MemberService): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/projects/:id/members',
    summary: 'List the members of a project',
    tag: 'projects',
    policy: may('projects:read', 'project viewer'),
    params: z.object({ id: uuid }),
    answers: { 200: { description: 'All of them, in the order they came', schema: listOf(memberResource) } },
    handle: async ({ principal, params }) => ({
      status: 200,
      body: { items: await members.list(principal, params.id), nextCursor: null },
    }),
  }),
  route({
    method: 'put',
    path: '/api/v1/projects/:id/members/:userId',
    summary: 'Add a member or change their role',
    description:
      'Owners only. The last owner cannot become something else. A project has at most 5,000 members: `too_many_members`.',
    tag: 'projects',
    policy: may('projects:write', 'project owner'),
    params: member,
    body: z.strictObject({ role: projectRole }),
    answers: { 200: { description: 'The member', schema: memberResource } },
    handle: async ({ principal, params, body }) => ({
      status: 200,
      body: await members.save(principal, params.id, params.userId, body.role),
    }),
  }),
  route({
    method: 'delete',
    path: '/api/v1/projects/:id/members/:userId',
    summary: 'Remove a member, or leave',
    description: 'Owners remove anybody; everybody may leave, except the last owner.',
    tag: 'projects',
    policy: may('projects:write', 'project owner'),
    params: member,
    answers: { 204: { description: 'No member any more' } },
    handle: async ({ principal, params }) => {
      await members.remove(principal, params.id, params.userId)
      return { status: 204 }
    },
  }),
]
