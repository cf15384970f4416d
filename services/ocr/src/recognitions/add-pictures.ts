import { Readable } from 'node:stream'
import type { Page, PagePicture } from '@alta/contracts/resources/recognition'
import type { FileStorage } from '@alta/kit/storage/storage'
import { log } from '@alta/kit/telemetry/log'
import { eachAtOnce } from '../engines/each-at-once.ts'
import { type Drawable, type Drawing, drawPage, type PageDrawings } from '../pages/draw-page.ts'

/** What people see of a page, in storage. */
export interface PagePictures {
  image: PagePicture
  thumbnail: PagePicture
}

/** Pictures that earlier attempts have put in storage. */
export interface KeptPictures {
  pictures(number: number): Promise<PagePictures | undefined>
  keepPictures(number: number, pictures: PagePictures): Promise<void>
}

/** While one page is being encoded the next is drawn. */
const AT_ONCE = 2

/**
 * Draws every page and puts the pictures in storage. Comes last, because what was read is worth more: a page that
 * cannot be drawn stays without, and its text stands.
 * @returns the pages, with what they look like
 */
export async function addPictures(
  pages: readonly Page[],
  {
    source,
    files,
    kept,
    signal,
  }: { source: Drawable; files: FileStorage; kept: KeptPictures; signal: AbortSignal },
): Promise<Page[]> {
  const found = new Map<number, PagePictures>()
  await eachAtOnce(pages, AT_ONCE, signal, async ({ number }) => {
    let pictures = await kept.pictures(number)
    if (!pictures) {
      const drawings = await drawnOrNot(source, number, signal)
      if (!drawings) return
      pictures = {
        image: await stored(files, drawings.image),
        thumbnail: await stored(files, drawings.thumbnail),
      }
      await kept.keepPictures(number, pictures)
    }
    found.set(number, pictures)
  })
  return pages.map((page) => ({ ...page, ...found.get(page.number) }))
}

async function drawnOrNot(
  source: Drawable,
  number: number,
  signal: AbortSignal,
): Promise<PageDrawings | undefined> {
  try {
    return await drawPage(source, number)
  } catch (error) {
    signal.throwIfAborted()
    log.warn({ err: error, page: number }, 'a page was read and cannot be drawn')
    return undefined
  }
}

async function stored(files: FileStorage, { bytes, ...about }: Drawing): Promise<PagePicture> {
  return { ...(await files.put(Readable.from([bytes]))), ...about }
}
