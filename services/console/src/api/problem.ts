/** A refusal as the API words it (RFC 9457), or what stands for one when no answer came. */
export class Problem extends Error {
  readonly status: number
  /** Stable; what code decides by. */
  readonly code: string
  readonly requestId: string | undefined
  readonly errors: readonly { path: string; message: string }[]
  /** Members beyond the standard ones, such as `documentId` of a duplicate or `max_age` of a step-up. */
  readonly more: Readonly<Record<string, unknown>>
  /** Seconds after which asking again may help. */
  readonly retryAfter: number | undefined

  constructor(of: {
    status: number
    code: string
    detail: string
    requestId?: string | undefined
    errors?: readonly { path: string; message: string }[] | undefined
    more?: Readonly<Record<string, unknown>>
    retryAfter?: number | undefined
  }) {
    super(of.detail)
    this.status = of.status
    this.code = of.code
    this.requestId = of.requestId
    this.errors = of.errors ?? []
    this.more = of.more ?? {}
    this.retryAfter = of.retryAfter
  }
}

/** Nothing came back: the network, or the gateway, is away. What was typed must be kept. */
export const unreachable = (): Problem =>
  new Problem({ status: 0, code: 'unreachable', detail: 'The platform cannot be reached.' })

/** @param response one that is not a success */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text()
  const body = readObject(text)
  const { code, detail, title, requestId, errors, ...more } = body
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new Problem({
    status: response.status,
    code: typeof code === 'string' ? code : 'unexpected_answer',
    detail: [detail, title].find((each) => typeof each === 'string') ?? response.statusText,
    requestId:
      typeof requestId === 'string' ? requestId : (response.headers.get('x-request-id') ?? undefined),
    errors: Array.isArray(errors) ? errors.filter(isFault) : [],
    more,
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined,
  })
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // A proxy on the way answers in HTML; its status says enough.
    return {}
  }
}

const isFault = (value: unknown): value is { path: string; message: string } =>
  typeof value === 'object' && value !== null && 'path' in value && 'message' in value
