import { may } from '@alta/kit/auth/policy'
import { etagOf } from '@alta/kit/http/etag'
import { listOf, pageQuery } from '@alta/kit/http/pagination'
import { type Route, route } from '@alta/kit/http/route'
import { z } from 'zod'
import { uuid } from '../intake/fields.ts'
import { newProject, projectChange, projectResource } from './project.resource.ts'
import type { ProjectService } from './project.service.ts'

const id = z.object({ id: uuid })
const ifMatch = z.object({ 'if-match': z.string().max(200).optional() })

export const projectRoutes = (projects: ProjectService): Route[] => [
  route({
    method: 'post',
    path: '/api/v1/projects',
    summary: 'Create a project',
    description: 'The caller becomes its first owner.',
    tag: 'projects',
    policy: may('projects:write'),
    idempotent: true,
    body: newProject,
    answers: { 201: { description: 'The project', schema: projectResource } },
    handle: async ({ principal, body }) => {
      const project = await projects.create(principal, body)
      return {
        status: 201,
        body: project,
        headers: { etag: etagOf(project.version), location: `/api/v1/projects/${project.id}` },
      }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/projects',
    summary: 'List the projects that the caller belongs to',
    tag: 'projects',
    policy: may('projects:read'),
    query: z.object(pageQuery),
    answers: { 200: { description: 'Newest first', schema: listOf(projectResource) } },
    handle: async ({ principal, query }) => ({ status: 200, body: await projects.list(principal, query) }),
  }),
  route({
    method: 'get',
    path: '/api/v1/projects/:id',
    summary: 'Read a project',
    tag: 'projects',
    policy: may('projects:read', 'project viewer'),
    params: id,
    answers: { 200: { description: 'The project', schema: projectResource } },
    handle: async ({ principal, params }) => {
      const project = await projects.get(principal, params.id)
      return { status: 200, body: project, headers: { etag: etagOf(project.version) } }
    },
  }),
  route({
    method: 'patch',
    path: '/api/v1/projects/:id',
    summary: 'Change a project',
    description: 'Owners only. What is not given stays as it is.',
    tag: 'projects',
    policy: may('projects:write', 'project owner'),
    params: id,
    headers: ifMatch,
    body: projectChange,
    answers: { 200: { description: 'The project as it is now', schema: projectResource } },
    handle: async ({ principal, params, headers, body }) => {
      const project = await projects.change(principal, params.id, body, headers['if-match'])
      return { status: 200, body: project, headers: { etag: etagOf(project.version) } }
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/projects/:id',
    summary: 'Delete a project and everything in it',
    description: 'Owners only.',
    tag: 'projects',
    policy: may('projects:write', 'project owner'),
    params: id,
    headers: ifMatch,
    answers: { 204: { description: 'Gone' } },
    handle: async ({ principal, params, headers }) => {
      await projects.remove(principal, params.id, headers['if-match'])
      return { status: 204 }
    },
  }),
]
