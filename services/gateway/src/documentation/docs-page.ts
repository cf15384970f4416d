import { fileURLToPath } from 'node:url'
import { Router } from 'express'
import { docsContentSecurityPolicy } from '../edge/security-headers.ts'

/** The whole reader in one file. Its own Express package would fetch it from a CDN, which needs the internet. */
const reader = fileURLToPath(new URL('./browser/standalone.js', import.meta.resolve('@scalar/api-reference')))

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Alta API</title>
  </head>
  <body>
    <div id="reference"></div>
    <noscript>The API is described in <a href="/openapi.json">/openapi.json</a>.</noscript>
    <script src="/docs/reader.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`

/** Fonts, telemetry and the request proxy of its makers are off: the page talks to this gateway and nobody else. */
const start = `Scalar.createApiReference('#reference', {
  url: '/openapi.json',
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
})
`

/** `/docs`: the merged API document, to be read and tried out. */
export function docsPage(): Router {
  const router = Router({ caseSensitive: true })
  router.get('/docs', (_request, response) => {
    response.set({ 'content-security-policy': docsContentSecurityPolicy, 'cache-control': 'no-cache' })
    response.type('text/html').send(page)
  })
  router.get('/docs/start.js', (_request, response) => {
    response.set('cache-control', 'no-cache').type('text/javascript').send(start)
  })
  router.get('/docs/reader.js', (_request, response) => {
    response.sendFile(reader, { maxAge: '1 day', dotfiles: 'allow' })
  })
  return router
}
