import { Problem } from '@alta/kit/errors'
import type { RawHandler } from '@alta/kit/http/route'
import type { CodeOwed } from './account-forms.ts'
import { alert, hidden } from './fields.ts'
import { readForm } from './form.ts'
import { type Html, html } from './html.ts'
import { type Language, languageOf } from './language.ts'
import { type Page, showPage } from './page.ts'
import { codeFields, type Form } from './sign-in-steps.ts'
import { sentenceFor, words } from './words.ts'

export type Words = (typeof words)[Language]

/** A page with one form. */
export interface AccountPage {
  /** Where its form goes: its own path. */
  path: string
  title: (say: Words) => string
  text?: (say: Words) => string
  fields: (say: Words, typed: Form) => Html[]
  button: (say: Words) => string
  done: (say: Words) => string
  /** @throws {Problem} what the page tells in words */
  carryOut: (form: Form) => Promise<CodeOwed | undefined>
}

const nothingTyped: Form = new Map()

export const showForm =
  (page: AccountPage): RawHandler =>
  async (request, response) => {
    const language = languageOf(request.headers['accept-language'])
    showPage(response, { ...formPage(page, language, nothingTyped), status: 200 })
    return undefined
  }

export const takeForm =
  (page: AccountPage): RawHandler =>
  async (request, response) => {
    const language = languageOf(request.headers['accept-language'])
    const typed = await readForm(request)
    try {
      const owed = await page.carryOut(typed)
      if (owed) {
        showPage(response, { ...codePage(page, language, typed, owed.challenge), status: 200 })
        return undefined
      }
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error
      const { status, headers } = refusalOf(error)
      const challenge = error.code === 'invalid_challenge' ? undefined : typed.get('challenge')
      const kept = error.code === 'invalid_token' ? without(typed, 'token') : typed
      const again =
        challenge === undefined
          ? formPage(page, language, kept, error)
          : codePage(page, language, typed, challenge, error)
      showPage(response, { ...again, status, headers })
      return error
    }
    const say = words[language]
    const content = html`<p role="status">${page.done(say)}</p>`
    showPage(response, { status: 200, language, title: say.done, content })
    return undefined
  }

const without = (form: Form, name: string): Form => new Map([...form].filter(([field]) => field !== name))

/** 401 would ask the browser for credentials of another kind. */
const refusalOf = ({ status, headers: { 'retry-after': wait } }: Problem) => ({
  status: status === 401 ? 422 : status,
  headers: wait === undefined ? {} : { 'retry-after': wait },
})

function formPage(
  page: AccountPage,
  language: Language,
  typed: Form,
  refusal?: Problem,
): Omit<Page, 'status'> {
  const say = words[language]
  return {
    language,
    title: page.title(say),
    script: true,
    content: html`${page.text && html`<p>${page.text(say)}</p>`}
${alert(refusal && sentenceFor(language, refusal.code))}
<form method="post" action="${page.path}">
${page.fields(say, typed)}
<button>${page.button(say)}</button>
</form>`,
  }
}

/** The same, once the password was right: the token of the mail waits in the page. */
function codePage(
  page: AccountPage,
  language: Language,
  typed: Form,
  challenge: string,
  refusal?: Problem,
): Omit<Page, 'status'> {
  const say = words[language]
  return {
    language,
    title: page.title(say),
    content: html`${alert(refusal && sentenceFor(language, refusal.code))}
<form method="post" action="${page.path}">
${hidden('token', typed.get('token') ?? '')}
${codeFields(say, challenge)}
<button>${page.button(say)}</button>
</form>`,
  }
}
