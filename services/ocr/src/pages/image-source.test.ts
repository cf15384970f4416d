import sharp from 'sharp'
import { expect, test } from 'vitest'
import { imageSource } from './image-source.ts'

const plain = (width: number, height: number, background = 'white') =>
  sharp({ create: { width, height, channels: 3, background } })

test.each(['png', 'jpeg', 'webp', 'tiff'] as const)('a %s is one page of grey', async (format) => {
  const source = await imageSource(await plain(40, 30, 'red').toFormat(format).toBuffer())
  expect(source.pageCount).toBe(1)
  const { grey, width, height } = await source.image(1)
  expect([width, height, grey.length]).toEqual([40, 30, 1200])
  expect(new Set(grey).size).toBe(1)
})

test('a TIFF has as many pages as it has pictures', async () => {
  const pictures = await Promise.all([
    plain(8, 8, 'white').png().toBuffer(),
    plain(8, 8, 'black').png().toBuffer(),
  ])
  const source = await imageSource(
    await sharp(pictures, { join: { animated: true } })
      .tiff()
      .toBuffer(),
  )
  expect(source.pageCount).toBe(2)
  expect((await source.image(1)).grey[0]).toBe(255)
  expect((await source.image(2)).grey[0]).toBe(0)
})

test('a photo is turned as its camera says', async () => {
  const photo = await plain(40, 30).withMetadata({ orientation: 6 }).jpeg().toBuffer()
  const { width, height } = await (await imageSource(photo)).image(1)
  expect([width, height]).toEqual([30, 40])
})

test('what is transparent is paper', async () => {
  const clear = sharp({
    create: { width: 2, height: 2, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
  })
  const { grey } = await (await imageSource(await clear.png().toBuffer())).image(1)
  expect([...grey]).toEqual([255, 255, 255, 255])
})

test('16 bits a channel and four inks become 8 bits of grey', async () => {
  const deep = await plain(2, 2).toColourspace('rgb16').png().toBuffer()
  expect([...(await (await imageSource(deep)).image(1)).grey]).toEqual([255, 255, 255, 255])
  const inks = await plain(2, 2).toColourspace('cmyk').jpeg().toBuffer()
  expect((await (await imageSource(inks)).image(1)).grey).toHaveLength(4)
})

test('one side longer than 10,000 pixels is too large', async () => {
  const long = await plain(10_001, 1).png().toBuffer()
  await expect(imageSource(long)).rejects.toMatchObject({ code: 'image_too_large' })
})

test('a file of no bytes is unreadable', async () => {
  await expect(imageSource(Buffer.alloc(0))).rejects.toMatchObject({ code: 'unreadable_file' })
})
