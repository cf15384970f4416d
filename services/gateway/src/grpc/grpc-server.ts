import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { ReflectionService } from '@grpc/reflection'
import { HealthImplementation } from 'grpc-health-check'
import { clientAddress } from '../edge/client-address.ts'
import { type ConnectionLimits, listenForGrpc } from './grpc-listener.ts'
import { openInnerHttp } from './inner-http.ts'
import { type HttpRule, transcoded } from './transcode.ts'

const protos = fileURLToPath(new URL('protos/', import.meta.url))
/** Where google/api/annotations.proto is. */
const googleProtos = dirname(createRequire(import.meta.url).resolve('protobufjs/package.json'))
/** Services that are spoken; each is a file. */
const files = ['alta/tasks/v1/tasks.proto']
const services = ['alta.tasks.v1.Tasks']

export interface GrpcServer {
  port: number
  /** Says that it ends, lets calls finish for so many milliseconds, and cuts the rest. */
  drain(milliseconds: number): Promise<void>
}

/**
 * gRPC at the edge: each method is an HTTP route, called as any client calls it, so that there is one set of rules.
 * Health (grpc.health.v1) and reflection are answered here.
 * @param app the edge, behind one proxy: this one
 * @param options.maximumBytes of a message, as for JSON bodies
 */
export async function openGrpcServer(
  app: RequestListener,
  options: {
    host: string
    port: number
    trustedHops: number
    maximumBytes: number
    limits: ConnectionLimits & {
      /** Calls at once on one connection. */
      streams: number
      /** Milliseconds that a connection may stay without a call. */
      idle: number
    }
  },
): Promise<GrpcServer> {
  const definition = loadSync(files, { includeDirs: [protos, googleProtos], longs: Number })
  const server = new Server({
    'grpc.max_receive_message_length': options.maximumBytes,
    'grpc.max_concurrent_streams': options.limits.streams,
    'grpc.max_connection_idle_ms': options.limits.idle,
    // Clients come back elsewhere by and by, also to gateways that are new.
    'grpc.max_connection_age_ms': 1_800_000,
    'grpc.max_connection_age_grace_ms': 30_000,
    'grpc.keepalive_time_ms': 60_000,
  })
  const inner = await openInnerHttp(app)
  for (const name of services) {
    const service = definition[name] as ServiceDefinition
    const methods = Object.entries(service).map(([method, definitionOfMethod]) => {
      // The loader gives what a method says of itself; the type of the server does not know it.
      const { options: said } = definitionOfMethod as unknown as { options: Record<string, HttpRule> }
      const rule = said['(google.api.http)']
      if (!rule) throw new Error(`${name}.${method} has no google.api.http`)
      return [method, transcoded(rule, inner.call, (call) => callerOf(call, options.trustedHops))]
    })
    server.addService(service, Object.fromEntries(methods))
  }
  const health = new HealthImplementation(
    Object.fromEntries(['', ...services].map((name) => [name, 'SERVING'])),
  )
  health.addToServer(server)
  new ReflectionService(definition, { services }).addToServer(server)
  // TLS ends at the ingress, as for HTTP. Metadata of more than 64 KiB, or of 128 fields, is refused by Node itself.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  const { port, stop } = await listenForGrpc(injector, options, options.limits)
  return {
    port,
    async drain(milliseconds) {
      for (const name of ['', ...services]) health.setStatus(name, 'NOT_SERVING')
      stop()
      await new Promise<void>((resolve) => {
        const cut = setTimeout(() => server.forceShutdown(), milliseconds)
        server.tryShutdown(() => {
          clearTimeout(cut)
          inner.close()
          resolve()
        })
      })
    },
  }
}

/** @param call of which the peer is `1.2.3.4:5` or `[::1]:5` */
function callerOf(
  call: { getPeer(): string; metadata: { get(name: string): unknown[] } },
  hops: number,
): string {
  const remoteAddress = call
    .getPeer()
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
  const forwarded = call.metadata.get('x-forwarded-for').join()
  return clientAddress(
    { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress } as never },
    hops,
  )
}
