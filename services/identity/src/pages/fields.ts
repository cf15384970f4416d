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

interface Choice {
  name: string
  label: string
  hint: string
}

/** A box that is ticked until somebody unticks it; then the form has no such field. */
export const ticked = ({ name, label, hint }: Choice): Html => html`<p>
<label for="${name}"><input id="${name}" name="${name}" type="checkbox" value="yes" checked aria-describedby="${name}-hint">${label}</label>
<small id="${name}-hint">${hint}</small>
</p>`

/** Read aloud as soon as the page is there. */
export const alert = (sentence: string | undefined): Html =>
  sentence === undefined ? html`` : html`<p role="alert">${sentence}</p>`
