import { projectMemberAdded } from '@alta/contracts/events/project-member-added.v1'
import { projectMemberRemoved } from '@alta/contracts/events/project-member-removed.v1'
import type { ProjectRole } from '@alta/contracts/resources/project'
import type { Database } from '@alta/kit/database/database'
import { conflict, notFound } from '@alta/kit/errors'
import type { Schema } from '../database/schema.ts'
import { type Caller, requireRole } from './access.ts'
import { listMembers, type MemberRow, removeMember, saveMember, updateProject } from './project.repository.ts'
import type { MemberResource } from './project.resource.ts'
import { visibleProject } from './project.service.ts'

/** All are listed at once, and nobody but identity knows who there is: an owner can name anybody, made up or not. */
const MOST_MEMBERS = 5_000

export type MemberService = ReturnType<typeof memberService>

/** Changes lock the project's row, so that two owners cannot leave at the same moment. */
export function memberService(database: Database<Schema>) {
  return {
    list(caller: Caller, projectId: string): Promise<MemberResource[]> {
      return database.read(caller.tenantId, async (tx) => {
        await visibleProject(tx, projectId, caller)
        return (await listMembers(tx, projectId)).map(present)
      })
    },

    save(caller: Caller, projectId: string, userId: string, role: ProjectRole): Promise<MemberResource> {
      return database.transaction(caller.tenantId, async ({ tx, emit }) => {
        const { role: own } = await visibleProject(tx, projectId, caller, 'for update')
        requireRole(own, 'owner')
        const members = await listMembers(tx, projectId)
        const before = members.find((member) => member.user_id === userId)
        if (before?.role === role) return present(before)
        if (!before && members.length >= MOST_MEMBERS)
          throw conflict('too_many_members', `A project has at most ${MOST_MEMBERS} members.`)
        if (role !== 'owner') keepAnOwner(members, userId)
        const member = await saveMember(tx, {
          tenant_id: caller.tenantId,
          project_id: projectId,
          user_id: userId,
          role,
        })
        const { version } = await updateProject(tx, projectId, {})
        emit(projectMemberAdded, { projectId, userId, role }, { sequence: version })
        return present(member)
      })
    },

    /** Owners remove anybody; everybody may leave. */
    remove(caller: Caller, projectId: string, userId: string): Promise<void> {
      return database.transaction(caller.tenantId, async ({ tx, emit }) => {
        const { role } = await visibleProject(tx, projectId, caller, 'for update')
        if (userId !== caller.userId) requireRole(role, 'owner')
        const members = await listMembers(tx, projectId)
        if (!members.some((member) => member.user_id === userId)) {
          throw notFound('member_not_found', 'This person is not a member of the project.')
        }
        keepAnOwner(members, userId)
        await removeMember(tx, projectId, userId)
        const { version } = await updateProject(tx, projectId, {})
        emit(projectMemberRemoved, { projectId, userId }, { sequence: version })
      })
    },
  }
}

/** @throws {Problem} 409 `last_owner` when nobody but this person owns the project */
function keepAnOwner(members: readonly MemberRow[], userId: string): void {
  const owners = members.filter((member) => member.role === 'owner')
  if (owners.length === 1 && owners[0]?.user_id === userId) {
    throw conflict('last_owner', 'A project needs an owner: make somebody else one first.')
  }
}

const present = (row: MemberRow): MemberResource => ({
  userId: row.user_id,
  role: row.role,
  addedAt: row.added_at.toISOString(),
})
