import { html } from '../pages/html.ts'
import type { Page } from '../pages/page.ts'
import { words } from '../pages/words.ts'
import type { Asked } from './interaction.ts'
import { formTargets, placeOf } from './redirect-target.ts'

export function consentPage(
  { interaction, client, language, forms, scopes, redirectUri }: Asked,
  email: string,
): Omit<Page, 'status'> {
  const say = words[language]
  const name = client.clientName ?? client.clientId
  const sentence = (scope: string): string =>
    Object.entries(say.scopes).find(([known]) => known === scope)?.[1] ?? say.permission(scope)
  return {
    language,
    title: say.consent(name),
    formTargets: formTargets(redirectUri),
    content: html`<p>${say.asking(name, email)}</p>
<ul>${scopes.map((scope) => html`<li>${sentence(scope)}</li>`)}</ul>
<p><small>${say.goesTo(placeOf(redirectUri))} ${say.revocable}</small></p>
<form method="post" action="/oauth/interaction/${interaction.uid}">
${forms.field(`${interaction.uid} consent`)}
<button name="action" value="allow">${say.allow}</button>
<button name="action" value="cancel" class="quiet">${say.refuse}</button>
</form>`,
  }
}
