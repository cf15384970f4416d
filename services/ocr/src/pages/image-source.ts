import sharp from 'sharp'
import { checkPages, checkSize, MAXIMUM_PIXELS } from './limits.ts'
import type { PageSource } from './page-source.ts'
import { Unreadable } from './unreadable.ts'

/**
 * PNG, JPEG, WebP and TIFF with any number of pages. The header alone decides whether anything is decoded.
 * @throws {Unreadable} `unreadable_file`, `image_too_large`, `too_many_pages`
 */
export async function imageSource(bytes: Buffer): Promise<PageSource> {
  // libvips has its own limit; ours is checked first because it can say what it is.
  const open = (page: number) => sharp(bytes, { page, limitInputPixels: MAXIMUM_PIXELS, failOn: 'error' })
  // The header tells the size before a pixel is decoded, so here the limit is off.
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw damaged(cause)
    })
  checkSize(header.width, header.height)
  const pageCount = header.pages ?? 1
  checkPages(pageCount)

  return {
    pageCount,
    textLayer: async () => undefined,
    async image(number) {
      const size = await open(number - 1)
        .metadata()
        .catch((cause: unknown) => {
          throw damaged(cause)
        })
      checkSize(size.width, size.height)
      // Cameras turn the file and not the pixels; engines look at pixels.
      const { data, info } = await open(number - 1)
        .autoOrient()
        .flatten({ background: 'white' })
        .png({ compressionLevel: 1 })
        .toBuffer({ resolveWithObject: true })
        .catch((cause: unknown) => {
          throw damaged(cause)
        })
      return { png: data, width: info.width, height: info.height }
    },
    close: () => undefined,
  }
}

const damaged = (cause: unknown) =>
  new Unreadable('unreadable_file', 'The image is damaged or ends too early.', { cause })
