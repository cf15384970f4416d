// What somebody has typed and not sent lies in the browser, so that a lost connection or a reload loses nothing.

const PREFIX = 'alta.draft.'

/** @param of which thing: `review.<id>` */
export const draftKey = (userId: string, of: string): string => `${PREFIX}${userId}.${of}`

/** @returns undefined when there is none, or what is there is not JSON */
export function readDraft(key: string): unknown {
  try {
    const kept = localStorage.getItem(key)
    return kept === null ? undefined : JSON.parse(kept)
  } catch {
    return undefined
  }
}

/** A full or forbidden storage keeps nobody from working: what was typed is on the page still. */
export function keepDraft(key: string, draft: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(draft))
  } catch {}
}

export const dropDraft = (key: string): void => localStorage.removeItem(key)

/** At the end of a session: whoever sits here next sees nothing of it. */
export function dropAllDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key)
}
