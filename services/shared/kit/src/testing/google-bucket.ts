import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type CloudBucket, googleCloudStorage } from '../storage/google-cloud-storage.ts'

export interface FakeBucket {
  readonly bucket: CloudBucket
  readonly objects: Map<string, { bytes: Buffer; mediaType: string }>
  /** Method and object of each call, in order. */
  readonly calls: string[]
  close(): Promise<void>
}

/** As much of Cloud Storage's JSON API as the kit uses; lists in pages of two. */
export async function fakeGoogleBucket(): Promise<FakeBucket> {
  const objects: FakeBucket['objects'] = new Map()
  const calls: string[] = []
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake')
    const object = searchParams.get('name') ?? decodeURIComponent(pathname.split('/o/')[1] ?? '')
    const body = await buffer(request)
    calls.push(`${request.method} ${object || searchParams.get('prefix')}`)
    const answer = (status: number, value: unknown = {}) =>
      response.writeHead(status).end(JSON.stringify(value))
    if (request.headers.authorization !== 'Bearer token') return answer(401)
    if (request.method === 'POST') {
      objects.set(object, { bytes: body, mediaType: request.headers['content-type'] ?? '' })
      return answer(200)
    }
    if (request.method === 'DELETE') return answer(objects.delete(object) ? 204 : 404)
    if (object) {
      const found = objects.get(object)
      return found ? response.end(found.bytes) : answer(404)
    }
    const names = [...objects.keys()]
      .filter((name) => name.startsWith(searchParams.get('prefix') ?? ''))
      .sort()
    const from = Number(searchParams.get('pageToken') ?? 0)
    const items = names.slice(from, from + 2).map((name) => ({ name }))
    return answer(200, { items, ...(from + 2 < names.length && { nextPageToken: String(from + 2) }) })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Listening on TCP, so the address is one of the network.
  const { port } = server.address() as AddressInfo
  const endpoint = `http://127.0.0.1:${port}`
  return {
    bucket: googleCloudStorage({ bucket: 'alta', accessToken: async () => 'token', endpoint }),
    objects,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
