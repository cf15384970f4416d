import { type Html, html } from './html.ts'

interface Field {
  name: string
  label: string
  type: 'email' | 'password' | 'text'
  /** What browsers and password managers fill in (HTML, autofill). */
  autocomplete: string
  value?: string | undefined
  hint?: string
  focus?: boolean
}

export const field = ({ name, label, type, autocomplete, value, hint, focus }: Field): Html => html`<p>
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" value="${value ?? ''}" required${
  hint !== undefined && html` aria-describedby="${name}-hint"`
}${focus && html` autofocus`}>
${hint !== undefined && html`<small id="${name}-hint">${hint}</small>`}
</p>`

export const hidden = (name: string, value: string): Html =>
  html`<input type="hidden" name="${name}" value="${value}">`

interface Choice {
  name: string
  label: string
  hint: string
  isTicked: boolean
}

/** A box; without its tick the form has no such field. */
export const ticked = ({ name, label, hint, isTicked }: Choice): Html => html`<p>
<label for="${name}"><input id="${name}" name="${name}" type="checkbox" value="yes"${isTicked && html` checked`} aria-describedby="${name}-hint">${label}</label>
<small id="${name}-hint">${hint}</small>
</p>`

/** Read aloud as soon as the page is there. */
export const alert = (sentence: string | undefined): Html =>
  sentence === undefined ? html`` : html`<p role="alert">${sentence}</p>`
