import { Metadata, status } from '@grpc/grpc-js'
import protobuf from 'protobufjs'
import type { HttpAnswer } from './inner-http.ts'

/** As google.rpc defines them; Any is written out, which is the same on the wire. */
const { root } = protobuf.parse(
  `syntax = "proto3"; package google.rpc;
   message Any { string type_url = 1; bytes value = 2; }
   message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
   message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
   message FieldViolation { string field = 1; string description = 2; }
   message BadRequest { repeated FieldViolation field_violations = 1; }`,
  { keepCase: false },
)
const encode = (name: string, message: object): Uint8Array => {
  const type = root.lookupType(`google.rpc.${name}`)
  return type.encode(type.fromObject(message)).finish()
}

/** google.rpc.Code for an HTTP status, by the table of google/rpc/code.proto. */
const codes: Readonly<Record<number, number>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  405: status.UNIMPLEMENTED,
  409: status.ABORTED,
  410: status.NOT_FOUND,
  412: status.FAILED_PRECONDITION,
  413: status.RESOURCE_EXHAUSTED,
  415: status.INVALID_ARGUMENT,
  422: status.INVALID_ARGUMENT,
  428: status.FAILED_PRECONDITION,
  429: status.RESOURCE_EXHAUSTED,
  431: status.RESOURCE_EXHAUSTED,
  502: status.UNAVAILABLE,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
}

const codeOf = (http: number): number =>
  codes[http] ?? (http < 500 ? status.FAILED_PRECONDITION : status.INTERNAL)

export interface GrpcFailure {
  code: number
  details: string
  metadata: Metadata
}

/** A problem+json as google.rpc.Status with ErrorInfo, and BadRequest where fields are at fault. */
export function failureOf({ status: http, headers, text }: HttpAnswer): GrpcFailure {
  const problem = problemOf(text)
  const code = codeOf(http)
  const detail = typeof problem.detail === 'string' ? problem.detail : 'The call failed.'
  const info = {
    reason: String(problem.code ?? 'internal_error').toUpperCase(),
    domain: 'alta',
    metadata: { requestId: String(problem.requestId ?? headers['x-request-id'] ?? '') },
  }
  const faults = Array.isArray(problem.errors) ? problem.errors : []
  const details = [
    { typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value: encode('ErrorInfo', info) },
    ...(faults.length > 0
      ? [
          {
            typeUrl: 'type.googleapis.com/google.rpc.BadRequest',
            value: encode('BadRequest', {
              fieldViolations: faults.map(({ path, message }) => ({ field: path, description: message })),
            }),
          },
        ]
      : []),
  ]
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from(encode('Status', { code, message: detail, details })))
  const retryAfter = headers['retry-after']
  if (typeof retryAfter === 'string') metadata.set('retry-after', retryAfter)
  return { code, details: detail, metadata }
}

function problemOf(text: string): Record<string, unknown> {
  try {
    const problem: unknown = JSON.parse(text)
    return typeof problem === 'object' && problem !== null ? { ...problem } : {}
  } catch {
    // Not from a route of ours.
    return {}
  }
}
