import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type { FilesConfig } from '../config/environment.ts'
import { randomUUIDv7 } from '../identifiers.ts'
import { syncFolder } from './content-address.ts'
import { isMissing as isMissingObject, type S3Options, s3Client } from './s3.ts'
import { bucketOf } from './storage.ts'

/**
 * Small files under names of their own, in a folder beside the content-addressed ones, which sweeps do not touch.
 * Written once: what is there is never replaced. A bucket with object lock holds even its owner to that.
 */
export interface NamedFiles {
  /** @returns false when the name is taken */
  write(name: string, text: string): Promise<boolean>
  read(name: string): Promise<string | undefined>
  /** In ascending order. */
  list(): Promise<string[]>
}

/** @param folder such as `anchors/audit`: words of the program, never of a caller */
export function openNamedFiles(config: FilesConfig, folder: string): NamedFiles {
  const bucket = bucketOf(config)
  return bucket ? namedObjects(bucket, folder) : namedFiles(join(resolve(config.FILES_DIRECTORY), folder))
}

function namedFiles(folder: string): NamedFiles {
  return {
    async write(name, text) {
      await mkdir(folder, { recursive: true })
      // Whole or not at all: a link, unlike a rename, refuses a name that is taken.
      const incoming = join(folder, `.${randomUUIDv7()}`)
      try {
        await writeFile(incoming, text, { flag: 'wx', flush: true })
        await link(incoming, join(folder, checked(name)))
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false
        throw error
      } finally {
        await rm(incoming, { force: true })
      }
      await syncFolder(folder)
      return true
    },
    read: async (name) => readFile(join(folder, checked(name)), 'utf8').catch(nothingThere),
    async list() {
      const names = (await readdir(folder).catch(nothingThere)) ?? []
      return names.filter((name) => !name.startsWith('.')).sort()
    },
  }
}

function namedObjects(options: S3Options, folder: string): NamedFiles {
  const { bucket: Bucket } = options
  const client = s3Client(options)
  return {
    async write(name, text) {
      const Key = `${folder}/${checked(name)}`
      try {
        await client.send(new PutObjectCommand({ Bucket, Key, Body: text, IfNoneMatch: '*' }))
        return true
      } catch (error) {
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) return false
        throw error
      }
    },
    async read(name) {
      try {
        const Key = `${folder}/${checked(name)}`
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
        return await Body?.transformToString()
      } catch (error) {
        if (isMissingObject(error)) return undefined
        throw error
      }
    },
    async list() {
      const names: string[] = []
      let token: string | undefined
      do {
        const page = await client.send(
          new ListObjectsV2Command({
            Bucket,
            Prefix: `${folder}/`,
            ...(token ? { ContinuationToken: token } : {}),
          }),
        )
        for (const { Key = '' } of page.Contents ?? []) names.push(Key.slice(folder.length + 1))
        token = page.NextContinuationToken
      } while (token)
      return names.sort()
    },
  }
}

function checked(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(name)) return name
  throw new TypeError(`"${name.slice(0, 200)}" is no name for a file`)
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

function nothingThere(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined
  throw error
}
