import { alert, field } from '../pages/fields.ts'
import { html } from '../pages/html.ts'
import type { Page } from '../pages/page.ts'
import { codeFields } from '../pages/sign-in-steps.ts'
import { words } from '../pages/words.ts'
import type { Asked } from './interaction.ts'
import { formTargets } from './redirect-target.ts'

export function signInPage(
  { interaction, client, language, forms, redirectUri }: Asked,
  typed: { fault: string | undefined; email?: string; challenge?: string },
): Omit<Page, 'status'> {
  const say = words[language]
  const { login_hint } = interaction.params
  const email = typed.email ?? (typeof login_hint === 'string' ? login_hint : '')
  const passwordFields = html`${field({ name: 'email', label: say.email, type: 'email', autocomplete: 'username', value: email, focus: email === '' })}
${field({ name: 'password', label: say.password, type: 'password', autocomplete: 'current-password', focus: email !== '' })}`
  return {
    language,
    title: say.signIn,
    formTargets: formTargets(redirectUri),
    content: html`<p>${say.signInTo(client.clientName ?? client.clientId)}</p>
${alert(typed.fault)}
<form method="post" action="/oauth/interaction/${interaction.uid}">
${forms.field(`${interaction.uid} login`)}
${typed.challenge === undefined ? passwordFields : codeFields(say, typed.challenge)}
<button name="action" value="go-on">${say.signIn}</button>
<button name="action" value="cancel" class="quiet" formnovalidate>${say.cancel}</button>
</form>
<p><a href="/forgotten-password">${say.forgotten}</a></p>`,
  }
}
