/**
 * How sure a whole is of whose parts we know. Long parts weigh more: a page is not unsure because of its commas, a
 * document not because of a page with three letters. 0 when nothing was read.
 */
export function confidenceOf(parts: readonly { text: string; confidence: number }[]): number {
  const letters = parts.reduce((sum, part) => sum + part.text.length, 0)
  const sure = parts.reduce((sum, part) => sum + part.confidence * part.text.length, 0)
  return letters === 0 ? 0 : sure / letters
}
