import type { Request, RequestHandler, Response } from 'express'
import type { AuditRecorder } from '../audit/audit-recorder.ts'
import { type RequestAudit, requestAudit } from '../audit/request-audit.ts'
import type { Principal } from '../auth/principal.ts'
import { bearerToken, type TokenVerifier } from '../auth/tokens.ts'
import { Problem } from '../errors.ts'
import type { FileStorage } from '../storage/storage.ts'
import { nameRoute } from './access-log.ts'
import { type PresentedAnswer, presentAnswer, sendAnswer } from './answer.ts'
import { checkedKey, type IdempotencyStore, idempotencyScope } from './idempotency.ts'
import { readJsonBody } from './json-body.ts'
import { currentContext, type RequestContext } from './request-context.ts'
import type { ReceivedFile, Route } from './route.ts'
import { receiveForm } from './upload.ts'
import { checkParts, faultsOf, validationFailed } from './validation.ts'

export interface RouteServices {
  /** Needed by every policy but `anyone`. */
  readonly verifyToken?: TokenVerifier | undefined
  /** Needed by routes with `upload`. */
  readonly files?: FileStorage | undefined
  /** Needed by routes that are `idempotent`. */
  readonly idempotency?: IdempotencyStore | undefined
  /** Needed by routes that are `audited`; notes refusals of all routes. */
  readonly audit?: AuditRecorder | undefined
}

/** A route as Express runs it: policy, input, handler, answer, in this order. */
export function runRoute(route: Route, services: RouteServices): RequestHandler {
  const name = `${route.method.toUpperCase()} ${route.path}`
  return async (request, response) => {
    nameRoute(response, route.method, route.path)
    const context = currentContext()
    if (!context) throw new Error(`${name} ran outside of a request context`)

    const audit = requestAudit(route, request)
    audit.crowd = services.audit?.crowd
    context.audit = audit
    try {
      await answerRequest(route, services, { request, response, context, audit })
    } catch (error) {
      if (isDenial(error, route, request)) await services.audit?.denied(context, error)
      throw error
    }
  }
}

const leavesTrace = ({ method, question, fleeting }: Route): boolean =>
  method !== 'get' && !question && !fleeting

async function answerRequest(
  route: Route,
  services: RouteServices,
  exchange: { request: Request; response: Response; context: RequestContext; audit: RequestAudit },
): Promise<void> {
  const { request, response, context, audit } = exchange
  // Before the body is read: a stranger gets no work done here.
  const principal = route.policy.admit(await authenticate(route, request, services, context))
  if (route.raw) {
    if (leavesTrace(route)) audit.state = 'armed'
    // Else the gateway would take an answer that is no problem+json for a sidecar's.
    response.set('alta-answer', 'own')
    const refusal = await route.raw(request, response)
    if (refusal) audit.state = 'waiting'
    if (refusal && isDenial(refusal, route, request)) await services.audit?.denied(context, refusal)
    return
  }
  const around = { principal, signal: signalOf(response), requestId: context.requestId }
  const input = await readInput(route, request, response, services, around)
  const answer = async () => {
    // Not earlier: what an upload has written before it was refused is not what the caller asked for.
    if (leavesTrace(route)) audit.state = 'armed'
    context.readOnly = route.question ?? false
    const given = presentAnswer(
      route,
      // What is noted afterwards, of a refusal, is not part of the question.
      await route.handle({ ...input, ...around }).finally(() => {
        context.readOnly = false
      }),
    )
    if (route.audited) await services.audit?.read(context)
    return given
  }

  const header = route.idempotent ? request.get('idempotency-key') : undefined
  if (header === undefined) {
    await sendAnswer(response, await answer())
    return
  }
  const name = `${route.method.toUpperCase()} ${route.path}`
  if (!services.idempotency) throw new Error(`${name} is idempotent, and the app has no store for answers`)
  context.idempotencyKey = checkedKey(header)
  const { params, query, body, upload } = input
  const scope = idempotencyScope(context.idempotencyKey, {
    route: name,
    url: request.originalUrl,
    input: { params, query, body, upload },
    principal,
  })
  const outcome = await services.idempotency.run(scope, async () => withoutStream(await answer(), name))
  if (outcome.replayed) response.set('idempotency-replayed', 'true')
  await sendAnswer(response, outcome.answer)
}

/**
 * 403; 429 to whoever wanted to do something, because they were refused before; 404 to somebody who is signed in, because what is hidden and what is not there are answered alike; 401 to
 * whoever showed something: a password, a code, a token. Who shows nothing is only told to sign in.
 */
function isDenial(error: unknown, route: Route, request: Request): error is Problem {
  if (!(error instanceof Problem)) return false
  const { policy } = route
  if (error.status === 403) return true
  if (error.status === 429) return route.method !== 'get'
  if (error.status === 404) return policy.needsToken
  return error.status === 401 && (!policy.needsToken || request.get('authorization') !== undefined)
}

async function authenticate(
  route: Route,
  request: Request,
  { verifyToken }: RouteServices,
  context: RequestContext,
) {
  if (!route.policy.needsToken) return undefined
  const token = bearerToken(request.get('authorization'))
  if (token === undefined) return undefined
  if (!verifyToken) throw new Error(`${route.path} needs a token, and the app cannot verify one`)
  context.principal = await verifyToken(token)
  return context.principal
}

async function readInput(
  route: Route,
  request: Request,
  response: Response,
  { files }: RouteServices,
  around: { principal: Principal | undefined; signal: AbortSignal; requestId: string },
) {
  const parts = checkParts()
  const params = parts.read('params', route.params, request.params)
  const query = parts.read('query', route.query, request.query)
  const headers = parts.read('headers', route.headers, request.headers)

  if (route.upload) {
    if (!files) throw new Error(`${route.path} takes files, and the app has no storage`)
    // Not even begun for a request that is wrong already.
    parts.done()
    await route.admit?.({ params, query, headers, body: undefined, upload: undefined, ...around })
    const { file, fields } = await receiveForm(request, route.upload, files)
    const checked = route.upload.fields.safeParse(fields)
    const faults = checked.success ? [] : faultsOf('body', checked.error)
    if (!file) faults.push({ path: 'body.file', message: 'A file is required' })
    if (!file || !checked.success) throw validationFailed(faults)
    const upload: ReceivedFile = { ...file, fields: checked.data }
    return { params, query, headers, body: undefined, upload }
  }

  const json = route.body ? await readJsonBody(request, response, route.maximumBytes) : undefined
  const body = parts.read('body', route.body, json)
  parts.done()
  return { params, query, headers, body, upload: undefined }
}

function signalOf(response: Response): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => response.writableFinished || gone.abort())
  return gone.signal
}

function withoutStream(answer: Awaited<ReturnType<typeof presentAnswer>>, name: string): PresentedAnswer {
  if (!('stream' in answer)) return answer
  answer.stream.destroy()
  throw new Error(`${name} is idempotent and answers with a stream, which cannot be kept`)
}
