/** Those gRPC status codes that somebody decides by. */
export const status = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  OUT_OF_RANGE: 11,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const

/** The gRPC status of an error that a client library threw, where it has one. */
export const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

/** A status inside a result. It carries `code` as an error of the transport does, so both are judged alike. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly code: number | undefined

  constructor(found: { code?: number | null; message?: string | null }) {
    super(found.message || `status ${found.code}`)
    this.code = found.code ?? undefined
  }
}

/** The client libraries cannot be aborted, but nobody has to wait for them. */
export async function orAborted<Value>(signal: AbortSignal, call: Promise<Value>): Promise<Value> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([call, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
