/**
 * An upload that was begun here. What a browser lets nobody keep is the file: after a reload it has to be chosen again,
 * and goes on from the byte where it stopped. Ids and names, no secret.
 */
export interface Remembered {
  readonly url: string
  readonly projectId: string
  readonly name: string
  readonly size: number
  readonly lastModified: number
}

const PLACE = 'alta.uploads'

export function allRemembered(): Remembered[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '[]')
    return Array.isArray(known) ? known.filter(isRemembered) : []
  } catch {
    // Written by hand: the uploads expire on the server.
    return []
  }
}

export function remember(upload: Remembered): void {
  write([...allRemembered().filter(({ url }) => url !== upload.url), upload])
}

export function forget(url: string): void {
  write(allRemembered().filter((each) => each.url !== url))
}

const write = (all: readonly Remembered[]): void => localStorage.setItem(PLACE, JSON.stringify(all))

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
