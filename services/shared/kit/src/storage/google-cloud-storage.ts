import { GoogleAuth } from 'google-auth-library'

/** A bucket where files wait while a Google service works on them. */
export interface CloudBucket {
  readonly name: string
  /** Gives the object's `gs://` address. Uploading again replaces it. */
  upload(object: string, content: Blob, signal: AbortSignal): Promise<string>
  download(object: string, signal: AbortSignal): Promise<Buffer>
  /** Names of all objects that start so, in their order. */
  list(prefix: string, signal: AbortSignal): Promise<string[]>
  /** Removing what is not there is no error. */
  remove(object: string): Promise<void>
}

export interface CloudBucketOptions {
  readonly bucket: string
  /** An OAuth access token that may read and write the bucket. */
  readonly accessToken: () => Promise<string>
  readonly endpoint?: string
}

/**
 * A Cloud Storage bucket through its JSON API. Four calls do not need the storage client with its two dozen
 * packages.
 */
export function googleCloudStorage({
  bucket,
  accessToken,
  endpoint = 'https://storage.googleapis.com',
}: CloudBucketOptions): CloudBucket {
  const objects = `/storage/v1/b/${encodeURIComponent(bucket)}/o`

  /** @param allowed statuses besides 2xx that the caller can live with */
  async function call(path: string, init: RequestInit, allowed: readonly number[] = []): Promise<Response> {
    const headers = { ...init.headers, authorization: `Bearer ${await accessToken()}` }
    const response = await fetch(new URL(path, endpoint), { ...init, headers })
    if (response.ok || allowed.includes(response.status)) return response
    const text = (await response.text()).slice(0, 500)
    throw new Error(
      `${init.method ?? 'GET'} in the bucket ${bucket} was answered ${response.status}: ${text}`,
    )
  }

  return {
    name: bucket,
    async upload(object, content, signal) {
      const path = `/upload${objects}?uploadType=media&name=${encodeURIComponent(object)}`
      const headers = { 'content-type': content.type }
      const response = await call(path, { method: 'POST', headers, body: content, signal })
      await response.body?.cancel()
      return `gs://${bucket}/${object}`
    },
    async download(object, signal) {
      const response = await call(`${objects}/${encodeURIComponent(object)}?alt=media`, { signal })
      return Buffer.from(await response.arrayBuffer())
    },
    async list(prefix, signal) {
      const names: string[] = []
      let pageToken: string | undefined
      do {
        const query = new URLSearchParams({ prefix, fields: 'items/name,nextPageToken' })
        if (pageToken) query.set('pageToken', pageToken)
        const response = await call(`${objects}?${query}`, { signal })
        // What the parameter `fields` asks for; both are left out when there is nothing.
        const found = (await response.json()) as { items?: { name: string }[]; nextPageToken?: string }
        names.push(...(found.items ?? []).map((item) => item.name))
        pageToken = found.nextPageToken
      } while (pageToken)
      return names
    },
    async remove(object) {
      const path = `${objects}/${encodeURIComponent(object)}`
      const response = await call(path, { method: 'DELETE', signal: AbortSignal.timeout(30_000) }, [404])
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
