import type { LiveEntry } from './live-entry.ts'
import type { Membership } from './member.repository.ts'

type Facts = Pick<Membership, 'projectId' | 'userId' | 'member' | 'sequence'>

/** Facts are kept so long for people who connect while the row about them is not committed yet. */
const RECENT_MS = 300_000

/** A person who is connected, with as many windows as they like. */
interface Listener {
  tenantId: string
  userId: string
  projects: Map<string, { member: boolean; sequence: number }>
  windows: number
}

/**
 * Who may hear of what, decided as the routes of documents, reviews and tasks decide who may read it: members of a
 * project, whoever may see every project of the tenant, and whoever has asked for a task. Kept by what the stream
 * tells, so that somebody who was removed hears nothing from that entry on.
 */
export function openAudience(clock = Date.now) {
  const listeners = new Map<string, Listener>()
  const recent = new Map<string, Facts & { at: number }>()
  const deleted = new Map<string, number>()

  function learn(listener: Listener, { projectId, member, sequence }: Facts): void {
    const known = listener.projects.get(projectId)
    if (!known || known.sequence <= sequence) listener.projects.set(projectId, { member, sequence })
  }

  function forget(): void {
    const before = clock() - RECENT_MS
    // Both are in order of time.
    for (const [key, { at }] of recent) {
      if (at >= before) break
      recent.delete(key)
    }
    for (const [key, at] of deleted) {
      if (at >= before) break
      deleted.delete(key)
    }
  }

  return {
    /**
     * From now on facts about this person are kept; what the database knows comes with `learnAll`.
     * @returns to be called once, when the window is closed
     */
    enter({ tenantId, userId }: Pick<Listener, 'tenantId' | 'userId'>): () => void {
      const listener = listeners.get(userId) ?? { tenantId, userId, projects: new Map(), windows: 0 }
      if (listener.windows === 0) {
        listeners.set(userId, listener)
        for (const facts of recent.values()) if (facts.userId === userId) learn(listener, facts)
      }
      listener.windows++
      return () => {
        listener.windows--
        if (listener.windows === 0) listeners.delete(userId)
      }
    },
    learnAll(memberships: readonly Facts[]): void {
      for (const facts of memberships) {
        const listener = listeners.get(facts.userId)
        if (listener) learn(listener, facts)
      }
    },

    /** To be told of every entry, before anybody is asked about it. */
    follow(entry: LiveEntry): void {
      if (entry.type === 'change') return
      forget()
      if (entry.type === 'project-deleted') {
        deleted.set(entry.projectId, clock())
        for (const { projects } of listeners.values()) projects.delete(entry.projectId)
        return
      }
      const key = `${entry.projectId} ${entry.userId}`
      if ((recent.get(key)?.sequence ?? -1) > entry.sequence) return
      recent.delete(key)
      recent.set(key, { ...entry, at: clock() })
      const listener = listeners.get(entry.userId)
      if (listener) learn(listener, entry)
    },

    /** @param who with what the token says of their rights */
    mayHear(
      who: Pick<Listener, 'tenantId' | 'userId'> & { seesEveryProject: boolean },
      { tenantId, to }: Extract<LiveEntry, { type: 'change' }>,
    ): boolean {
      if (tenantId !== who.tenantId) return false
      if ('userId' in to) return to.userId === who.userId
      if (who.seesEveryProject) return true
      const listener = listeners.get(who.userId)
      if (deleted.has(to.projectId) || listener?.tenantId !== who.tenantId) return false
      return listener.projects.get(to.projectId)?.member ?? false
    },
  }
}
