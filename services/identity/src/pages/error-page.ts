import { html } from './html.ts'
import type { Language } from './language.ts'
import type { Page } from './page.ts'
import { sentenceFor, words } from './words.ts'

/** @param detail for whoever has written the program that sent somebody here */
export function errorPage(
  language: Language,
  code: string,
  detail: string | undefined,
): Omit<Page, 'status'> {
  const { error, backToApp } = words[language]
  return {
    language,
    title: error,
    content: html`<p role="alert">${sentenceFor(language, code)}</p>
<p>${backToApp}</p>
<p class="detail"><code>${code}</code>${detail && html` <span lang="en">${detail}</span>`}</p>`,
  }
}
