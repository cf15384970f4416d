import type { FileStorage } from './storage.ts'

export interface S3Options {
  readonly bucket: string
  readonly region: string
  readonly pathStyle: boolean
  /** Of an S3-compatible server; AWS itself when undefined. */
  readonly endpoint: string | undefined
  /** Undefined: the SDK's own chain (instance role, web identity). */
  readonly accessKeyId: string | undefined
  readonly secretAccessKey: string | undefined
}

export declare function s3(options: S3Options): FileStorage
