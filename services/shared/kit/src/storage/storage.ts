import { pipeline, type Readable } from 'node:stream'
import type { FilesConfig } from '../config/environment.ts'
import { onlyIfItIs } from './content-address.ts'
import { localDisk } from './local-disk.ts'
import { type S3Options, s3 } from './s3.ts'

/** Bytes from `start` to `end`, both counted from 0 and included. */
export interface ByteRange {
  readonly start: number
  readonly end?: number
}

/**
 * Files by what is in them: the key is the SHA-256 of the bytes, so the same bytes are kept once
 * and a file never changes. Write the file before the row that names it.
 */
export interface FileStorage {
  /**
   * Reads the stream to its end. Nothing is left behind when it fails.
   * @throws {Problem} 413 `payload_too_large` past `maximumBytes`
   */
  put(stream: Readable, limits?: { maximumBytes?: number }): Promise<{ sha256: string; size: number }>
  /**
   * The stream of a whole file fails before its end when the bytes are not those of the hash; a part is not checked.
   * @throws {Problem} 404 `file_missing`
   */
  open(sha256: string, range?: ByteRange): Promise<Readable>
  /** `modifiedAt` is when it was last put: the same bytes put again are as new. */
  stat(sha256: string): Promise<{ size: number; modifiedAt: Date } | undefined>
  /** Removing what is not there is no error. */
  remove(sha256: string): Promise<void>
  /** Every file, in no promised order. `modifiedAt` tells a sweep what is too young to be an orphan. */
  list(): AsyncIterable<{ sha256: string; size: number; modifiedAt: Date }>
  /** Whether files can be written now. @throws {Error} saying why not */
  check(): Promise<void>
}

/** S3 when FILES_S3_BUCKET is set, else the local disk at FILES_DIRECTORY. */
export function openStorage(config: FilesConfig): FileStorage {
  const bucket = bucketOf(config)
  const storage = bucket ? s3(bucket) : localDisk(config.FILES_DIRECTORY)
  return {
    ...storage,
    async open(sha256, range) {
      const stream = await storage.open(sha256, range)
      // What goes wrong is told to whoever reads the result.
      return range ? stream : pipeline(stream, onlyIfItIs(sha256), () => undefined)
    },
  }
}

/** The bucket for files, when there is one. */
export function bucketOf(config: FilesConfig): S3Options | undefined {
  if (config.FILES_S3_BUCKET === undefined) return undefined
  return {
    pathStyle: config.FILES_S3_PATH_STYLE,
    bucket: config.FILES_S3_BUCKET,
    region: config.FILES_S3_REGION,
    endpoint: config.FILES_S3_ENDPOINT,
    accessKeyId: config.FILES_S3_ACCESS_KEY_ID,
    secretAccessKey: config.FILES_S3_SECRET_ACCESS_KEY,
  }
}
