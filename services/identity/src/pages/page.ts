import type { ServerResponse } from 'node:http'
import { type Html, html } from './html.ts'
import type { Language } from './language.ts'

export interface Page {
  status: number
  language: Language
  title: string
  content: Html
  /** Origins and schemes that a form of the page may lead to in the end, besides our own. */
  formTargets?: readonly string[]
  /** Fills the token of a link in. */
  script?: boolean
  headers?: Readonly<Record<string, string>>
}

export const STYLE_PATH = '/oauth/assets/pages.css'
export const SCRIPT_PATH = '/oauth/assets/token-of-link.js'

/** Nothing of a page is inline, so that nothing that was smuggled into one runs. */
const contentSecurityPolicy = ({ script = false, formTargets = [] }: Page): string =>
  [
    "default-src 'none'",
    "style-src 'self'",
    ...(script ? ["script-src 'self'"] : []),
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')

export const pageHeaders = (page: Page): Record<string, string> => ({
  'content-type': 'text/html; charset=utf-8',
  'content-language': page.language,
  'content-security-policy': contentSecurityPolicy(page),
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  ...page.headers,
})

export const pageMarkup = ({ language, title, content, script }: Page): string =>
  html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Alta</title>
<link rel="stylesheet" href="${STYLE_PATH}">
${script && html`<script src="${SCRIPT_PATH}" defer></script>`}
</head>
<body>
<main>
<p class="brand">Alta</p>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.markup

export function showPage(response: ServerResponse, page: Page): void {
  response.writeHead(page.status, pageHeaders(page))
  response.end(pageMarkup(page))
}
