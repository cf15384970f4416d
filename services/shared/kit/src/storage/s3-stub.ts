import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const bucket = 'alta-test'

export interface S3Stub extends AsyncDisposable {
  readonly endpoint: string
  readonly bucket: string
  readonly objects: ReadonlyMap<string, { bytes: Buffer; at: Date }>
}

/** As much of S3 as storage uses: put, also under a new name only, get with ranges, head, delete, list in pages of two. */
export async function startS3Stub(): Promise<S3Stub> {
  const objects = new Map<string, { bytes: Buffer; at: Date }>()
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub')
    const key = decodeURIComponent(pathname.slice(bucket.length + 2))
    const body = Buffer.concat(await request.toArray())
    const found = objects.get(key)
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256')) response.writeHead(403).end()
    else if (!pathname.startsWith(`/${bucket}`)) response.writeHead(404).end()
    else if (request.method === 'PUT' && found && request.headers['if-none-match'] === '*') {
      const fault = '<Error><Code>PreconditionFailed</Code><Message>it is there</Message></Error>'
      response.writeHead(412, { 'content-type': 'application/xml' }).end(fault)
    } else if (request.method === 'PUT') {
      objects.set(key, { bytes: body, at: new Date() })
      response.writeHead(200).end()
    } else if (request.method === 'DELETE') {
      objects.delete(key)
      response.writeHead(204).end()
    } else if (key === '') {
      response.writeHead(200, { 'content-type': 'application/xml' }).end(listing(objects, searchParams))
    } else if (!found) {
      const fault = '<Error><Code>NoSuchKey</Code><Message>none</Message></Error>'
      response
        .writeHead(404, { 'content-type': 'application/xml' })
        .end(request.method === 'HEAD' ? '' : fault)
    } else {
      const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
      const end = to ? Number(to) + 1 : found.bytes.length
      const part = from === undefined ? found.bytes : found.bytes.subarray(Number(from), end)
      response.writeHead(from === undefined ? 200 : 206, { 'content-length': part.length })
      response.end(request.method === 'HEAD' ? undefined : part)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    objects,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function listing(objects: ReadonlyMap<string, { bytes: Buffer; at: Date }>, query: URLSearchParams): string {
  const after = query.get('continuation-token') ?? ''
  const prefix = query.get('prefix') ?? ''
  const rest = [...objects]
    .filter(([key]) => key > after && key.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const page = rest.slice(0, 2)
  const contents = page.map(
    ([key, { bytes, at }]) =>
      `<Contents><Key>${key}</Key><Size>${bytes.length}</Size><LastModified>${at.toISOString()}</LastModified></Contents>`,
  )
  const next = rest.length > 2 ? `<NextContinuationToken>${page.at(-1)?.[0]}</NextContinuationToken>` : ''
  return `<ListBucketResult><IsTruncated>${rest.length > 2}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`
}
