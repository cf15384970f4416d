import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { GoogleAuth } from 'google-auth-library'

/** Where audio waits while Google reads it. */
export interface Waiting {
  /** Uploads a file under a name of ours; gives its `gs://` address. Uploading again replaces it. */
  upload(name: string, file: string, signal: AbortSignal): Promise<string>
  /** Removing what is not there is no error. */
  remove(name: string): Promise<void>
}

export interface BucketOptions {
  readonly bucket: string
  /** An OAuth access token that may write to the bucket. */
  readonly accessToken: () => Promise<string>
  readonly endpoint?: string
}

/**
 * A Cloud Storage bucket through its JSON API. One upload and one removal do not need the storage client with
 * its two dozen packages.
 */
export function bucket({
  bucket,
  accessToken,
  endpoint = 'https://storage.googleapis.com',
}: BucketOptions): Waiting {
  async function call(method: string, path: string, init: RequestInit): Promise<Response> {
    const headers = { ...init.headers, authorization: `Bearer ${await accessToken()}` }
    return fetch(new URL(path, endpoint), { ...init, method, headers })
  }

  return {
    async upload(name, file, signal) {
      const { size } = await stat(file)
      const path = `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?uploadType=media&name=${encodeURIComponent(name)}`
      const response = await call('POST', path, {
        headers: { 'content-type': 'audio/flac', 'content-length': String(size) },
        body: Readable.toWeb(createReadStream(file)),
        duplex: 'half',
        signal,
      })
      if (!response.ok) throw await refusal('upload to', bucket, response)
      await response.body?.cancel()
      return `gs://${bucket}/${name}`
    },
    async remove(name) {
      const path = `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`
      const response = await call('DELETE', path, { signal: AbortSignal.timeout(30_000) })
      if (!response.ok && response.status !== 404) throw await refusal('removal from', bucket, response)
      await response.body?.cancel()
    },
  }
}

/** Tokens of the service account in the key file, or of the machine when none is given. */
export function googleAccessToken(keyFilename: string | undefined): () => Promise<string> {
  const auth = new GoogleAuth({
    ...(keyFilename && { keyFilename }),
    scopes: ['https://www.googleapis.com/auth/devstorage.read_write'],
  })
  return async () => {
    const token = await auth.getAccessToken()
    if (!token) throw new Error('Google gave no access token for the bucket')
    return token
  }
}

async function refusal(what: string, bucket: string, response: Response): Promise<Error> {
  const text = (await response.text()).slice(0, 500)
  return new Error(`${what} the bucket ${bucket} was answered ${response.status}: ${text}`)
}
