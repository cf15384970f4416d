import { escapeHtml } from '@alta/kit/http/escape-html'

/** Markup that is safe to send: made by `html` alone. */
export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }
}

type Part = Html | string | number | undefined | false | readonly Html[]

/** Markup with values in it, each of which is text and never markup, unless `html` has made it. */
export const html = (markup: TemplateStringsArray, ...values: readonly Part[]): Html =>
  new Html(markup.map((text, index) => text + render(values[index])).join(''))

function render(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.markup
  if (typeof part === 'object') return part.map(render).join('')
  return escapeHtml(String(part))
}
