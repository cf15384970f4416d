/** What a caller may read of a failure, and a note that only the log gets. */
export interface ProblemFields {
  readonly status: number
  /** Stable snake_case word; programs switch on it. */
  readonly code: string
  /** One sentence for the person who called. Never a stack, a query or a secret. */
  readonly detail: string
  readonly title?: string
  readonly errors?: readonly FieldFault[]
  /** Further members of the answer, such as `limit` or `supported`. */
  readonly extensions?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** For the log only. */
  readonly note?: string
  readonly cause?: unknown
}

/** One fault of the input; `path` is dotted from the part it is in, as `body.email`. */
export interface FieldFault {
  readonly path: string
  readonly message: string
}

/** The only error whose text leaves a service; every other one becomes `internal_error`. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly title: string
  readonly errors: readonly FieldFault[] | undefined
  readonly extensions: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  readonly note: string | undefined

  constructor(fields: ProblemFields) {
    super(fields.detail, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = 'Problem'
    this.status = fields.status
    this.code = fields.code
    this.detail = fields.detail
    this.title = fields.title ?? titles[fields.status] ?? 'Request failed'
    this.errors = fields.errors
    this.extensions = fields.extensions ?? {}
    this.headers = fields.headers ?? {}
    this.note = fields.note
  }
}

type Extra = Omit<Partial<ProblemFields>, 'status' | 'code' | 'detail'>

const withStatus =
  (status: number) =>
  (code: string, detail: string, extra: Extra = {}): Problem =>
    new Problem({ ...extra, status, code, detail })

export const badRequest = withStatus(400)
export const forbidden = withStatus(403)
/** Also for what exists but may not be seen by the caller: the two must be the same. */
export const notFound = withStatus(404)
export const conflict = withStatus(409)
export const gone = withStatus(410)
export const preconditionFailed = withStatus(412)
export const unprocessable = withStatus(422)
export const tooManyRequests = withStatus(429)
export const badGateway = withStatus(502)

export const unauthorized = (code: string, detail: string, extra: Extra = {}): Problem =>
  new Problem({
    ...extra,
    status: 401,
    code,
    detail,
    headers: { 'www-authenticate': 'Bearer realm="alta"', ...extra.headers },
  })

/** @param limit the largest size taken, in bytes; the answer carries it. */
export const payloadTooLarge = (detail: string, limit: number, extra: Extra = {}): Problem =>
  new Problem({
    ...extra,
    status: 413,
    code: 'payload_too_large',
    detail,
    extensions: { ...extra.extensions, limit },
  })

/** @param supported media types that would have been taken; the answer carries them. */
export const unsupportedMediaType = (
  detail: string,
  supported: readonly string[],
  extra: Extra = {},
): Problem =>
  new Problem({
    ...extra,
    status: 415,
    code: 'unsupported_media_type',
    detail,
    extensions: { ...extra.extensions, supported },
  })

/** Something Alta needs is away for now. @param retryAfter seconds until it is worth asking again. */
export const unavailable = (
  code: string,
  detail: string,
  extra: Extra & { retryAfter?: number } = {},
): Problem => {
  const { retryAfter = 5, ...rest } = extra
  return new Problem({
    ...rest,
    status: 503,
    code,
    detail,
    headers: { 'retry-after': String(retryAfter), ...rest.headers },
  })
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition failed',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Cannot be processed',
  429: 'Too many requests',
  500: 'Internal error',
  502: 'Bad answer from upstream',
  503: 'Unavailable',
  504: 'Upstream timed out',
}
