import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

const problem = z.looseObject({ code: z.string(), detail: z.string().optional() })

/** What the API answers; `body` is the parsed JSON. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** The code of a problem+json answer, or the status when it is something else. */
export const codeOf = ({ status, body }: Answer): string =>
  problem.safeParse(body).data?.code ?? `http_${status}`

const retried = new Set([429, 502, 503, 504])

/** A client of the gateway's public API that does as a patient caller should: repeats what may be repeated. */
export class Api {
  readonly #base: string
  #token = ''

  constructor(base: string) {
    this.#base = `${base}/api/v1`
  }

  signInWith(token: string): void {
    this.#token = token
  }

  get(path: string): Promise<Answer> {
    return this.#call(path, () => ({ method: 'GET' }))
  }

  /** @param key Idempotency-Key: makes it safe to send the same request again */
  post(path: string, body: object, key?: string): Promise<Answer> {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      ...(key ? { 'idempotency-key': key } : {}),
    }
    return this.#call(path, () => ({ method: 'POST', headers, body: JSON.stringify(body) }))
  }

  async upload(
    path: string,
    file: string,
    name: string,
    fields: Record<string, string>,
    key: string,
  ): Promise<Answer> {
    const bytes = await readFile(file)
    return this.#call(path, () => {
      const form = new FormData()
      // Fields first: a server that streams the file knows them by then.
      for (const [field, value] of Object.entries(fields)) form.set(field, value)
      form.set('file', new Blob([bytes]), name)
      return { method: 'POST', headers: { 'idempotency-key': key }, body: form }
    })
  }

  async #call(path: string, request: () => RequestInit): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const init = request()
      const headers = { ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}), ...init.headers }
      const response = await fetch(this.#base + path, {
        ...init,
        headers,
        signal: AbortSignal.timeout(60_000),
      })
      const text = await response.text()
      if (!retried.has(response.status) || attempt === 5)
        return { status: response.status, body: parse(text) }
      await sleep(1000 * Math.min(Number(response.headers.get('retry-after')) || attempt, 10))
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // not JSON: shown as it is when the status was not the expected one
  }
}
