import {
  credentials,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { fromJSON, type PackageDefinition } from '@grpc/proto-loader'
import { PassThroughClient } from 'google-auth-library'

/** An answer, or a status to refuse with. */
export type Reply<Value> = Value | { code: number; message: string }

export interface GoogleServer {
  /** What a Google client library needs to talk to this server, without asking anybody for credentials. */
  readonly clientOptions: {
    apiEndpoint: string
    port: number
    sslCreds: ReturnType<typeof credentials.createInsecure>
    authClient: PassThroughClient
    projectId: string
  }
  close(): void
}

/**
 * A gRPC server that speaks a Google service's own protocol.
 * @param definitions protos.json of the client library, which holds the operations service too
 * @param services handlers by method name, by the whole name of the service
 */
export async function googleServer(
  definitions: Parameters<typeof fromJSON>[0],
  services: Readonly<Record<string, UntypedServiceImplementation>>,
): Promise<GoogleServer> {
  const known: PackageDefinition = fromJSON(definitions, { keepCase: false, longs: Number, defaults: false })
  // Files of tens of megabytes are sent at once; the default is 4.
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  for (const [name, handlers] of Object.entries(services)) {
    // The names are those of services; what else the definitions hold has other names.
    server.addService(known[name] as ServiceDefinition, handlers)
  }
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  return {
    clientOptions: {
      apiEndpoint: '127.0.0.1',
      port,
      sslCreds: credentials.createInsecure(),
      // Without it the library looks for the metadata server of a Google machine.
      authClient: new PassThroughClient(),
      projectId: 'alta-test',
    },
    close: () => server.forceShutdown(),
  }
}

/** A method that answers each call on its own. */
export const answerWith =
  <Request, Value>(answer: (request: Request) => Reply<Value> | Promise<Reply<Value>>) =>
  async (call: ServerUnaryCall<Request, unknown>, reply: sendUnaryData<unknown>): Promise<void> => {
    const value = await answer(call.request)
    if (value !== null && typeof value === 'object' && 'code' in value) reply(value)
    else reply(null, value)
  }

/** A message inside another one, with its type beside it. */
export const packed = (type: string, value: Uint8Array) => ({ typeUrl: `type.googleapis.com/${type}`, value })
