import { roles } from '@alta/kit/auth/permissions'
import { may } from '@alta/kit/auth/policy'
import { recently } from '@alta/kit/auth/step-up'
import { decodeCursor, listOf, pageOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { invitedPerson, managedUser, presentManaged } from './managed-user.schema.ts'
import type { ManagedUserService } from './managed-user.service.ts'

const params = z.object({ id: z.uuid() })

export const managedUserRoutes = (users: ManagedUserService): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/users',
    summary: 'All accounts, latest first',
    tag: 'users',
    policy: may('users:manage'),
    query: z.object(pageQuery),
    answers: { 200: { description: 'One page', schema: listOf(managedUser) } },
    handle: async ({ principal, query: { limit, cursor } }) => {
      const rows = await users.list(principal, { limit: limit + 1, before: decodeCursor(z.uuid(), cursor) })
      return { status: 200, body: pageOf(rows, limit, presentManaged, ({ id }) => id) }
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/users',
    summary: 'Invite somebody',
    description:
      'Makes an account in the caller’s tenant and mails a link with which its owner chooses a password, within a week; that confirms the address. Who has lost it asks for a new password. Needs a sign-in or a step-up within the last five minutes.',
    tag: 'users',
    policy: recently(may('users:manage')),
    idempotent: true,
    body: invitedPerson.extend({ roles: z.array(z.enum(roles)).max(roles.length).default(['member']) }),
    answers: {
      201: { description: 'The account, in which nobody can sign in yet', schema: managedUser },
      409: { description: '`email_taken`' },
    },
    handle: async ({ principal, body }) => ({
      status: 201,
      body: presentManaged(await users.invite(principal, body)),
    }),
  }),

  route({
    method: 'get',
    path: '/api/v1/users/:id',
    summary: 'One account',
    tag: 'users',
    policy: may('users:manage'),
    params,
    answers: { 200: { description: 'The account', schema: managedUser } },
    handle: async ({ principal, params }) => ({
      status: 200,
      body: presentManaged(await users.get(principal, params.id)),
    }),
  }),

  route({
    method: 'post',
    path: '/api/v1/users/:id/disable',
    summary: 'Let nobody in as this user',
    description:
      'Ends every session, key and access token of the user within seconds, in every service. They stay ended when the account is enabled again.',
    tag: 'users',
    policy: recently(may('users:manage')),
    params,
    answers: { 204: { description: 'Disabled' }, 409: { description: '`own_account`' } },
    handle: async ({ principal, params }) => {
      await users.disable(principal, params.id)
      return { status: 204 }
    },
  }),

  route({
    method: 'post',
    path: '/api/v1/users/:id/enable',
    summary: 'Let the user sign in again',
    tag: 'users',
    policy: recently(may('users:manage')),
    params,
    answers: { 204: { description: 'Enabled' } },
    handle: async ({ principal, params }) => {
      await users.enable(principal, params.id)
      return { status: 204 }
    },
  }),

  route({
    method: 'delete',
    path: '/api/v1/users/:id/totp',
    summary: 'Remove the second factor of a user',
    description:
      'For who has lost app and recovery codes. Ends their sessions, and a mail tells them. Needs a sign-in or a step-up within the last five minutes.',
    tag: 'users',
    policy: recently(may('users:manage')),
    params,
    answers: { 204: { description: 'Removed' }, 409: { description: '`own_account`' } },
    handle: async ({ principal, params }) => {
      await users.removeSecondFactor(principal, params.id)
      return { status: 204 }
    },
  }),

  route({
    method: 'put',
    path: '/api/v1/users/:id/roles',
    summary: 'Give and take roles',
    description:
      'The list replaces the one before. Access tokens with the old roles end within seconds; the next refresh has the new ones.',
    tag: 'users',
    policy: recently(may('users:manage')),
    params,
    body: z.object({ roles: z.array(z.enum(roles)).max(roles.length) }),
    answers: { 204: { description: 'Changed' }, 409: { description: '`own_account`' } },
    handle: async ({ principal, params, body }) => {
      await users.setRoles(principal, params.id, [...new Set(body.roles)])
      return { status: 204 }
    },
  }),
]
