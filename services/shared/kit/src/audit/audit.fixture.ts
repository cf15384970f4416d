import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { z } from 'zod'
import { permissionsOf } from '../auth/permissions.ts'
import { anyone, may } from '../auth/policy.ts'
import type { Principal } from '../auth/principal.ts'
import type { Database } from '../database/database.ts'
import { DEFAULT_TENANT } from '../database/tenant.ts'
import { conflict, notFound, unauthorized } from '../errors.ts'
import { type Route, route } from '../http/route.ts'
import { addEffect, type EffectsSchema } from '../testing/kit-fixture.ts'
import { callerIs, refusedWith, requestConcerns } from './caller.ts'

export const userId = '019a9d2e-0000-7000-8000-000000000001'
export const projectId = '019a9d2e-0000-7000-8000-000000000002'

/** A token is the list of its owner's roles here; `bad` is one that does not verify. */
export async function principalOf(token: string): Promise<Principal> {
  if (token === 'bad') throw unauthorized('unauthenticated', 'The access token is not valid.')
  const roles = token.split('.')
  return {
    userId,
    tenantId: DEFAULT_TENANT,
    sessionId: 'session-1',
    roles,
    permissions: permissionsOf(roles, DEFAULT_TENANT),
    token,
  }
}

/** Routes of every kind that the audit log knows. */
export function auditedRoutes(database: Database<EffectsSchema>): Route[] {
  const params = z.object({ id: z.uuid() })
  const write = (subject: string) =>
    database.transaction(DEFAULT_TENANT, async ({ tx, emit }) => {
      await addEffect(tx, DEFAULT_TENANT, subject)
      emit(projectDeleted, { projectId: subject })
    })
  const common = { tag: 'tests', answers: { 204: { description: 'Done' } } } as const
  return [
    route({
      ...common,
      method: 'post',
      path: '/projects/:id/letters',
      summary: 'Write a letter',
      policy: may('projects:write', 'project reviewer'),
      idempotent: true,
      params,
      body: z.object({ what: z.enum(['once', 'twice', 'fail', 'hide', 'nothing']), secret: z.string() }),
      handle: async ({ params, body }) => {
        if (body.what === 'hide') throw notFound('project_not_found', 'There is no such project.')
        if (body.what === 'nothing') return { status: 204 }
        await write(params.id)
        if (body.what === 'twice') await write(projectId)
        return { status: 204 }
      },
    }),
    route({
      ...common,
      method: 'delete',
      path: '/projects/:id',
      summary: 'Fail after the first statement',
      policy: may('projects:write'),
      params,
      handle: async ({ params }) =>
        database.transaction(DEFAULT_TENANT, async ({ tx, emit }) => {
          await addEffect(tx, DEFAULT_TENANT, params.id)
          emit(projectDeleted, { projectId: params.id })
          throw conflict('project_busy', 'The project is in use.')
        }),
    }),
    route({
      ...common,
      method: 'get',
      path: '/log',
      summary: 'Read the log',
      policy: may('audit:read'),
      audited: true,
      query: z.object({ actor: z.string().optional() }),
      handle: async () => ({ status: 204 }),
    }),
    route({
      ...common,
      method: 'get',
      path: '/projects/:id',
      summary: 'Read',
      policy: may('projects:read'),
      params,
      handle: async () => ({ status: 204 }),
    }),
    route({
      ...common,
      method: 'post',
      path: '/questions',
      summary: 'Ask, and write all the same',
      policy: may('projects:read'),
      question: true,
      body: z.object({ write: z.boolean() }),
      handle: async ({ body }) => {
        if (!body.write) throw notFound('answer_not_found', 'Nobody knows.')
        await write(projectId)
        return { status: 204 }
      },
    }),
    route({
      ...common,
      method: 'post',
      path: '/login',
      summary: 'Sign in',
      policy: anyone,
      body: z.object({ password: z.string() }),
      handle: async ({ body }) => {
        requestConcerns('user', userId)
        const refusal = unauthorized('invalid_credentials', 'No.')
        if (body.password === 'wrong') throw refusal
        await database.system(async ({ tx }) => {
          await addEffect(tx, DEFAULT_TENANT, 'session')
          if (body.password === 'stolen') refusedWith(refusal, { changed: true })
          else if (body.password === 'stale') refusedWith(refusal, { changed: false })
          else callerIs({ userId, sessionId: 'new', roles: ['member'], tenantId: DEFAULT_TENANT })
        })
        if (['stolen', 'stale'].includes(body.password)) throw refusal
        return { status: 204 }
      },
    }),
  ]
}
