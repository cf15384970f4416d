import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { randomUUIDv7 } from '../identifiers.ts'
import { fileMissing, keyOf, sha256OfKey, spool } from './content-address.ts'
import type { FileStorage } from './storage.ts'

export interface S3Options {
  readonly bucket: string
  readonly region: string
  /** Bucket in the path instead of the host name. */
  readonly pathStyle: boolean
  /** Of an S3-compatible server; AWS itself when undefined. */
  readonly endpoint: string | undefined
  /** Undefined: the SDK's own chain (instance role, web identity). */
  readonly accessKeyId: string | undefined
  readonly secretAccessKey: string | undefined
}

export function s3Client(options: S3Options): S3Client {
  const { accessKeyId, secretAccessKey } = options
  return new S3Client({
    region: options.region,
    forcePathStyle: options.pathStyle,
    ...(options.endpoint ? { endpoint: options.endpoint } : {}),
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
    // The key is a checksum already, and compatible servers do not all know the SDK's own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

/** Files in a bucket, with the same keys as on the local disk, so that a directory can be copied into one. */
export function s3(options: S3Options): FileStorage {
  const { bucket: Bucket } = options
  const client = s3Client(options)

  return {
    async put(stream, limits = {}) {
      const path = join(tmpdir(), `alta-${randomUUIDv7()}`)
      const { sha256, size } = await spool(stream, path, limits.maximumBytes)
      try {
        await client.send(
          new PutObjectCommand({
            Bucket,
            Key: keyOf(sha256),
            Body: createReadStream(path),
            ContentLength: size,
          }),
        )
      } finally {
        await rm(path, { force: true })
      }
      return { sha256, size }
    },

    async open(sha256, range) {
      const Range = range ? `bytes=${range.start}-${range.end ?? ''}` : undefined
      try {
        const { Body } = await client.send(
          new GetObjectCommand({ Bucket, Key: keyOf(sha256), ...(Range ? { Range } : {}) }),
        )
        if (Body instanceof Readable) return Body
      } catch (error) {
        if (!isMissing(error)) throw error
      }
      throw fileMissing(sha256)
    },

    async stat(sha256) {
      try {
        const found = await client.send(new HeadObjectCommand({ Bucket, Key: keyOf(sha256) }))
        return { size: found.ContentLength ?? 0, modifiedAt: found.LastModified ?? new Date() }
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },

    async remove(sha256) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(sha256) }))
    },

    async *list() {
      let token: string | undefined
      do {
        const page = await client.send(
          new ListObjectsV2Command({ Bucket, ...(token ? { ContinuationToken: token } : {}) }),
        )
        for (const { Key = '', Size = 0, LastModified = new Date() } of page.Contents ?? []) {
          const sha256 = sha256OfKey(Key)
          if (sha256) yield { sha256, size: Size, modifiedAt: LastModified }
        }
        token = page.NextContinuationToken
      } while (token)
    },

    async check() {
      await client.send(new HeadBucketCommand({ Bucket }))
    },
  }
}

export const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404
