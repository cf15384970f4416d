import type { ServerResponse } from 'node:http'

/**
 * Answers of the API are data: a browser that is made to open one runs nothing, frames nothing, fetches nothing. What
 * somebody has uploaded has, in the sandbox, not even our origin.
 */
const apiContentSecurityPolicy =
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

/** The documentation is the one page: its own scripts, and styles that it makes as it goes. */
export const docsContentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** The console: files of ours and nothing else; what is shown of uploads it fetches itself. */
export const consoleContentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  // The one place that makes markup of text: services/console/src/mail/markup.ts.
  'trusted-types caught-mail',
].join('; ')

const noDevices = ['accelerometer', 'camera', 'geolocation', 'gyroscope', 'payment', 'usb']
const permissionsPolicy = (microphone: string): string =>
  [...noDevices.map((name) => `${name}=()`), `microphone=${microphone}`].join(', ')

/** People speak to it. */
export const consolePermissionsPolicy = permissionsPolicy('(self)')

const headers = {
  'content-security-policy': apiContentSecurityPolicy,
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'permissions-policy': permissionsPolicy('()'),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** A service cannot weaken them: the proxy leaves these names out of its answers. */
export const securityHeaderNames: ReadonlySet<string> = new Set(Object.keys(headers))

/**
 * The policy of a page that a service answers with: it names where the page's form may lead, which only the service
 * knows. One that would let anything run that is not a file of ours is not taken.
 */
export function pagePolicy(sent: string | string[] | undefined): string | undefined {
  if (typeof sent !== 'string' || !sent.startsWith("default-src 'none'; ")) return undefined
  const directives = sent.split(';').map((directive) => directive.trim().split(/\s+/))
  return directives.every(([name = '', ...sources]) => taken(name, sources)) ? sent : undefined
}

function taken(name: string, sources: string[]): boolean {
  if (name === 'script-src' || name === 'style-src') return sources.join() === "'self'"
  if (name === 'form-action')
    return sources.every((source) => source === "'self'" || /^[a-z][\w+.:/[\]-]*$/i.test(source))
  return ['default-src', 'frame-ancestors', 'base-uri'].includes(name) && sources.join() === "'none'"
}

const all = Object.entries(headers)

export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of all) response.setHeader(name, value)
}
