import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import sharp from 'sharp'
import { checkPages, checkSize, MAXIMUM_PIXELS, shownSize } from './limits.ts'
import type { PageSource } from './page-source.ts'

/** Screens and cameras write this many dots per inch when they do not know. */
const SAYS_NOTHING = 72

/**
 * PNG, JPEG, WebP and TIFF with any number of pages. The header alone decides whether anything is decoded.
 * @throws {RecognitionFailure} `unreadable_file`, `image_too_large`, `too_many_pages`
 */
export async function imageSource(bytes: Buffer): Promise<PageSource> {
  // libvips has a limit of its own; it is off here because ours can say what it is.
  const header = await undamaged(() => sharp(bytes, { limitInputPixels: false }).metadata())
  checkSize(header.width, header.height)
  const pageCount = header.pages ?? 1
  checkPages(pageCount)

  async function headerOf(number: number) {
    const page = await undamaged(() => sharp(bytes, { page: number - 1, limitInputPixels: false }).metadata())
    checkSize(page.width, page.height)
    return page
  }
  /** As it is meant to be seen: cameras turn the file and not the pixels; engines and people look at pixels. */
  const upright = (number: number) =>
    sharp(bytes, { page: number - 1, limitInputPixels: MAXIMUM_PIXELS, failOn: 'error' })
      .autoOrient()
      .flatten({ background: 'white' })

  return {
    pageCount,
    textLayer: async () => undefined,
    async image(number) {
      const { density = 0 } = await headerOf(number)
      const { data, info } = await undamaged(() =>
        upright(number).toColourspace('b-w').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
      )
      const dpi = density > SAYS_NOTHING ? density : undefined
      return { grey: data, width: info.width, height: info.height, dpi }
    },
    async colours(number) {
      const { width, height } = shownSize((await headerOf(number)).autoOrient)
      const { data } = await undamaged(() =>
        upright(number)
          .resize({ width, height, fit: 'fill' })
          .toColourspace('srgb')
          .raw({ depth: 'uchar' })
          .toBuffer({ resolveWithObject: true }),
      )
      return { pixels: data, channels: 3, width, height }
    },
    close: () => undefined,
  }
}

/** Whatever the decoder stumbles over, at once or later, is the file's fault. */
async function undamaged<Value>(decode: () => Promise<Value>): Promise<Value> {
  try {
    return await decode()
  } catch (cause) {
    throw new RecognitionFailure('unreadable_file', 'The image is damaged or ends too early.', { cause })
  }
}
