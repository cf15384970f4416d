import { projectCreated } from '@alta/contracts/events/project-created.v1'
import { projectDeleted } from '@alta/contracts/events/project-deleted.v1'
import { projectUpdated } from '@alta/contracts/events/project-updated.v1'
import type { ProjectRole } from '@alta/contracts/resources/project'
import type { Database } from '@alta/kit/database/database'
import { requireMatch } from '@alta/kit/http/etag'
import { decodeCursor, type Page, pageOf } from '@alta/kit/http/pagination'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { uuid } from '../intake/fields.ts'
import { removeItemsOfProject } from '../intake/item.repository.ts'
import { releaseBytes } from '../intake/version.repository.ts'
import { type Caller, projectNotFound, requireRole, roleIn, seesEveryProject } from './access.ts'
import {
  findProject,
  insertProject,
  listProjects,
  type ProjectRow,
  saveMember,
  updateProject,
} from './project.repository.ts'
import type { NewProject, ProjectChange, ProjectResource } from './project.resource.ts'

export type ProjectService = ReturnType<typeof projectService>

/** A living project and the caller's role in it. @throws {Problem} 404 `project_not_found` */
export async function visibleProject(
  tx: Kysely<Schema>,
  id: string,
  caller: Caller,
  lock?: 'for update' | 'for share',
): Promise<{ project: ProjectRow; role: ProjectRole }> {
  const project = await findProject(tx, id, caller.userId, lock)
  const role = project && roleIn(project.role, caller)
  if (!role) throw projectNotFound()
  return { project, role }
}

export function projectService(database: Database<Schema>) {
  return {
    create(caller: Caller, input: NewProject): Promise<ProjectResource> {
      return database.transaction(caller.tenantId, async ({ tx, emit }) => {
        const project = await insertProject(tx, {
          id: randomUUIDv7(),
          tenant_id: caller.tenantId,
          name: input.name,
          description: input.description,
          language: input.language,
          minimum_confidence: input.review.minimumConfidence,
          minimum_word_confidence: input.review.minimumWordConfidence,
          second_reviewer: input.review.secondReviewer,
          created_by: caller.userId,
        })
        const owner = {
          tenant_id: caller.tenantId,
          project_id: project.id,
          user_id: caller.userId,
          role: 'owner',
        } as const
        await saveMember(tx, owner)
        emit(
          projectCreated,
          {
            projectId: project.id,
            name: project.name,
            language: project.language,
            ownerId: caller.userId,
            review: policyOf(project),
          },
          { sequence: project.version },
        )
        return present(project, 'owner')
      })
    },

    /** Newest first: ids are UUIDv7. @throws {Problem} 400 `invalid_cursor` */
    list(
      caller: Caller,
      { limit, cursor }: { limit: number; cursor?: string | undefined },
    ): Promise<Page<ProjectResource>> {
      return database.read(caller.tenantId, async (tx) => {
        const { tenantId, userId } = caller
        const filter = { tenantId, userId, all: seesEveryProject(caller) }
        const rows = await listProjects(tx, {
          ...filter,
          after: decodeCursor(uuid, cursor),
          limit: limit + 1,
        })
        const shown = (row: (typeof rows)[number]) => present(row, roleIn(row.role, caller) ?? 'viewer')
        return pageOf(rows, limit, shown, ({ id }) => id)
      })
    },

    get(caller: Caller, id: string): Promise<ProjectResource> {
      return database.read(caller.tenantId, async (tx) => {
        const { project, role } = await visibleProject(tx, id, caller)
        return present(project, role)
      })
    },

    change(
      caller: Caller,
      id: string,
      change: ProjectChange,
      ifMatch: string | undefined,
    ): Promise<ProjectResource> {
      return database.transaction(caller.tenantId, async ({ tx, emit }) => {
        const { project: before, role } = await visibleProject(tx, id, caller, 'for update')
        requireRole(role, 'owner')
        requireMatch(ifMatch, before.version)
        const { review, name, description, language } = change
        const project = await updateProject(tx, id, {
          name,
          description,
          language,
          minimum_confidence: review?.minimumConfidence,
          minimum_word_confidence: review?.minimumWordConfidence,
          second_reviewer: review?.secondReviewer,
        })
        emit(
          projectUpdated,
          { projectId: id, name: project.name, language: project.language, review: policyOf(project) },
          { sequence: project.version },
        )
        return present(project, role)
      })
    },

    remove(caller: Caller, id: string, ifMatch: string | undefined): Promise<void> {
      return database.transaction(caller.tenantId, async ({ tx, emit }) => {
        const { project, role } = await visibleProject(tx, id, caller, 'for update')
        requireRole(role, 'owner')
        requireMatch(ifMatch, project.version)
        const now = new Date()
        const { version } = await updateProject(tx, id, { deleted_at: now })
        await removeItemsOfProject(tx, id, now)
        await releaseBytes(tx, { projectId: id })
        emit(projectDeleted, { projectId: id }, { sequence: version })
      })
    },
  }
}

const policyOf = (row: ProjectRow) => ({
  minimumConfidence: row.minimum_confidence,
  minimumWordConfidence: row.minimum_word_confidence,
  secondReviewer: row.second_reviewer,
})

function present(row: ProjectRow, role: ProjectRole): ProjectResource {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    language: row.language,
    review: policyOf(row),
    role,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    version: row.version,
  }
}
