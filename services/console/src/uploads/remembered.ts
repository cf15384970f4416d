/**
 * An upload that was begun here. What a browser lets nobody keep is the file: after a reload it has to be chosen again,
 * and goes on from the byte where it stopped. Ids and names, no secret; each person's are their own, and go with the
 * session.
 */
export interface Remembered {
  readonly url: string
  readonly projectId: string
  readonly name: string
  readonly size: number
  readonly lastModified: number
}

const PREFIX = 'alta.uploads'
const placeOf = (userId: string): string => `${PREFIX}.${userId}`

export function allRemembered(userId: string): Remembered[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(placeOf(userId)) ?? '[]')
    return Array.isArray(known) ? known.filter(isRemembered) : []
  } catch {
    // Written by hand: the uploads expire on the server.
    return []
  }
}

export function remember(userId: string, upload: Remembered): void {
  write(userId, [...allRemembered(userId).filter(({ url }) => url !== upload.url), upload])
}

export function forget(userId: string, url: string): void {
  write(
    userId,
    allRemembered(userId).filter((each) => each.url !== url),
  )
}

/** At the end of a session: whoever sits here next sees no names of files. */
export function forgetAllUploads(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key)
}

function write(userId: string, all: readonly Remembered[]): void {
  if (all.length > 0) localStorage.setItem(placeOf(userId), JSON.stringify(all))
  else localStorage.removeItem(placeOf(userId))
}

/** Whether this is, as far as can be told before it is read, the file that was being sent. */
export const isSameFile = (
  upload: Pick<Remembered, 'name' | 'size' | 'lastModified'>,
  file: Pick<File, 'name' | 'size' | 'lastModified'>,
): boolean =>
  upload.name === file.name && upload.size === file.size && upload.lastModified === file.lastModified

const isRemembered = (value: unknown): value is Remembered =>
  typeof value === 'object' &&
  value !== null &&
  ['url', 'projectId', 'name'].every((key) => typeof Reflect.get(value, key) === 'string') &&
  ['size', 'lastModified'].every((key) => typeof Reflect.get(value, key) === 'number')
