import { appToken } from './identity-fixture.ts'

export interface Visited {
  status: number
  /** Where it ended, as the browser's address bar has it. */
  url: URL
  text: string
  headers: Headers
}

export interface Browser {
  open(url: string | URL): Promise<Visited>
  /** Sends the page's form with its hidden fields. */
  submit(page: Visited, fields: Record<string, string>): Promise<Visited>
}

/**
 * What a browser without scripts does: keeps cookies by their paths, follows redirects, sends forms. It stops at
 * addresses that are not the platform's.
 * @param origin of the platform, as callers see it
 * @param serviceUrl where identity really listens, or a sidecar of it
 * @param more headers that go with each request
 */
export function browserFor(
  origin: string,
  serviceUrl: string,
  more: Readonly<Record<string, string>> = { 'dapr-api-token': appToken },
): Browser {
  const cookies = new Map<string, { value: string; path: string }>()

  function keep(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ')
      const [name = '', value = ''] = pair.split('=')
      const path = attributes.find((one) => one.startsWith('path='))?.slice(5) ?? '/'
      const gone = attributes.some((one) => /^expires=Thu, 01 Jan 1970/.test(one))
      if (gone) cookies.delete(`${name} ${path}`)
      else cookies.set(`${name} ${path}`, { value, path })
    }
  }

  const sent = (path: string): string =>
    [...cookies]
      .filter(([, cookie]) => path === cookie.path || path.startsWith(`${cookie.path.replace(/\/$/, '')}/`))
      .map(([key, { value }]) => `${key.split(' ')[0]}=${value}`)
      .join('; ')

  async function visit(url: URL, init: RequestInit = {}): Promise<Visited> {
    const headers = new Headers(init.headers)
    for (const [name, value] of Object.entries(more)) headers.set(name, value)
    headers.set('accept', 'text/html')
    headers.set('cookie', sent(url.pathname))
    const target = serviceUrl + url.pathname + url.search
    const answer = await fetch(target, { ...init, headers, redirect: 'manual' })
    keep(answer.headers)
    const location = answer.headers.get('location')
    const text = await answer.text()
    if (location === null) return { status: answer.status, url, text, headers: answer.headers }
    const next = new URL(location, url)
    if (next.origin !== origin) return { status: answer.status, url: next, text: '', headers: answer.headers }
    return visit(next)
  }

  return {
    open: (url) => visit(new URL(url, origin)),
    submit(page, fields) {
      const form = new URLSearchParams()
      for (const [, name = '', value = ''] of page.text.matchAll(
        /<input type="hidden" name="([^"]+)" value="([^"]*)">/g,
      ))
        form.set(name, value)
      for (const [name, value] of Object.entries(fields)) form.set(name, value)
      const action = /<form method="post" action="([^"]+)">/.exec(page.text)?.[1]
      if (action === undefined) throw new Error(`no form on this page: ${page.text}`)
      return visit(new URL(action, origin), {
        method: 'POST',
        body: form.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
    },
  }
}
