/** Values that the emitter of the request gave, plus `name` of the recipient. All plain text. */
export type Parameters = Readonly<Record<string, string | undefined>>

/** One mail in one language; paragraphs are plain text and are made into HTML in one place (mail.ts). */
export interface MailText {
  readonly subject: string
  readonly paragraphs: readonly string[]
  /** Words of the link to the item, when there is one to link to. */
  readonly link?: string
  /**
   * Where the link leads instead. A token stands behind `#`: browsers send that part to nobody, so it is in no log and
   * in no `Referer`.
   */
  readonly path?: string
}

export type Template = Readonly<Record<'en' | 'fr', (parameters: Parameters) => MailText>>
