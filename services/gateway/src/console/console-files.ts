import { notFound } from '@alta/kit/errors'
import { nameRoute } from '@alta/kit/http/access-log'
import { type Request, type Response, Router } from 'express'
import { consoleContentSecurityPolicy, consolePermissionsPolicy } from '../edge/security-headers.ts'
import { type BuiltConsole, builtConsole, type ConsoleFile } from './built-console.ts'

export interface ConsoleRouters {
  /** Files whose names change with what is in them: they cost less to give than to count. */
  assets: Router
  /** The page, what else lies beside it, and what is not there. */
  page: Router
}

const notBuilt =
  'The web console is not built: run "make up", or "pnpm --filter @alta/console build" and start the gateway with GATEWAY_CONSOLE_FOLDER set to the folder that it made.\n'

/**
 * The web console under `/console/`.
 * @param folder what `vite build` has made; empty: there is none
 */
export function consoleFiles(folder: string): ConsoleRouters {
  const built = builtConsole(folder)
  return { assets: assetsOf(built), page: pageOf(built) }
}

function assetsOf(built: BuiltConsole): Router {
  const router = Router({ caseSensitive: true })
  router.get(/^\/console\/(assets\/[\w.-]+)$/, async (request, response, next) => {
    const file = await built.file(request.params[0] ?? '')
    if (!file) return next()
    nameRoute(response, 'get', '/console/assets/{file}')
    send(file, request, response.set('cache-control', 'public, max-age=31536000, immutable'))
  })
  return router
}

function pageOf(built: BuiltConsole): Router {
  const router = Router({ caseSensitive: true, strict: true })
  for (const path of ['/', '/console'])
    router.get(path, (_request, response) => response.redirect(302, '/console/'))
  router.get('/console/assets/*path', () => {
    // A page in its place would be kept by browsers as the script that it is not.
    throw notFound('asset_not_found', 'The console has no such file (any more). Load the page anew.')
  })
  router.get('/console/{*path}', async (request, response) => {
    nameRoute(response, 'get', '/console/{path}')
    const page = await built.page()
    if (!page) {
      response.status(404).set('cache-control', 'no-store').type('text/plain').send(notBuilt)
      return
    }
    const path = request.path.slice('/console/'.length)
    const beside = path === '' ? undefined : await built.file(path)
    response.set('cache-control', 'no-cache')
    if (beside && beside !== page) return send(beside, request, response)
    const wantsPage = path === '' || (request.headers.accept ?? '').includes('text/html')
    if (!wantsPage) throw notFound('route_not_found', 'There is nothing at this address.')
    response.set({
      'content-security-policy': consoleContentSecurityPolicy,
      'permissions-policy': consolePermissionsPolicy,
    })
    send(page, request, response)
  })
  return router
}

function send({ ending, bytes, packed, etag }: ConsoleFile, request: Request, response: Response): void {
  const coding = request.acceptsEncodings('br', 'gzip', 'identity')
  const known = coding === 'br' || coding === 'gzip' ? coding : undefined
  const body = known ? packed[known] : undefined
  if (packed.br || packed.gzip) response.vary('accept-encoding')
  if (body && known) response.set('content-encoding', known)
  // Each form is another answer (RFC 9110, 8.8.3). Express answers 304 to who has it.
  response.set('etag', body ? `"${etag}-${known}"` : `"${etag}"`)
  response
    .status(200)
    .type(ending)
    .send(body ?? bytes)
}
