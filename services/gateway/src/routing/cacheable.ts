/**
 * Public routes whose answer is the same for everybody, whatever they send, so that the gateway may keep it for as long
 * as its service says. One without parameters each: there are never more kept answers than lines here. One that no
 * service has, or that needs a token, stops the start.
 */
export const cacheable: ReadonlySet<string> = new Set([
  'GET /.well-known/jwks.json',
  'GET /oauth/assets/pages.css',
  'GET /oauth/assets/token-of-link.js',
])
