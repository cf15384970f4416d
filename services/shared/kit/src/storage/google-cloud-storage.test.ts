import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FakeBucket, fakeGoogleBucket } from '../testing/google-bucket.ts'

let fake: FakeBucket
beforeEach(async () => {
  fake = await fakeGoogleBucket()
})
afterEach(() => fake.close())

const signal = AbortSignal.timeout(20_000)
const text = (content: string) => new Blob([content], { type: 'text/plain' })

it('takes a file with its type, gives it back and lets it go', async () => {
  const { bucket, objects, calls } = fake
  expect(await bucket.upload('ocr/1/letter 1.pdf', text('letter'), signal)).toBe(
    'gs://alta/ocr/1/letter 1.pdf',
  )
  expect(objects.get('ocr/1/letter 1.pdf')?.mediaType).toBe('text/plain')
  expect((await bucket.download('ocr/1/letter 1.pdf', signal)).toString()).toBe('letter')
  await bucket.remove('ocr/1/letter 1.pdf')
  expect(objects.size).toBe(0)
  expect(calls).toEqual(['POST ocr/1/letter 1.pdf', 'GET ocr/1/letter 1.pdf', 'DELETE ocr/1/letter 1.pdf'])
})

it('removes what is not there without complaint', async () => {
  await expect(fake.bucket.remove('gone')).resolves.toBeUndefined()
})

it('lists all pages of a listing', async () => {
  for (const name of ['a/1', 'a/2', 'a/3', 'a/4', 'a/5', 'b/1'])
    await fake.bucket.upload(name, text(name), signal)
  expect(await fake.bucket.list('a/', signal)).toEqual(['a/1', 'a/2', 'a/3', 'a/4', 'a/5'])
  expect(await fake.bucket.list('c/', signal)).toEqual([])
})

it('says which bucket refused what', async () => {
  await expect(fake.bucket.download('gone', signal)).rejects.toThrow(
    'GET in the bucket alta was answered 404',
  )
})
