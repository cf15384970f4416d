export interface TinyPage {
  /** PDF operators; the font is /F1 (Helvetica). */
  readonly content: string
  /** Left, bottom, right, top in points. */
  readonly mediaBox?: readonly [number, number, number, number]
  /** Degrees clockwise. */
  readonly rotate?: number
  /** A text field, filled in, on the page. */
  readonly formField?: boolean
}

/** A PDF of which the test knows every byte. */
export function tinyPdf(pages: readonly TinyPage[]): Buffer {
  const objects: string[] = []
  const add = (body: string) => objects.push(body)
  add('<< /Type /Catalog /Pages 2 0 R >>')
  const first = 4
  const kids = pages.map((_, index) => `${first + index * 3} 0 R`).join(' ')
  add(`<< /Type /Pages /Count ${pages.length} /Kids [${kids}] >>`)
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>')
  for (const [index, page] of pages.entries()) {
    const { content, mediaBox = [0, 0, 612, 792], rotate = 0, formField = false } = page
    const own = first + index * 3
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [${mediaBox.join(' ')}] /Rotate ${rotate} /Contents ${own + 1} 0 R ` +
        `/Resources << /Font << /F1 3 0 R >> >> ${formField ? `/Annots [${own + 2} 0 R]` : ''} >>`,
    )
    add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`)
    add(`<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Ada) /Rect [72 72 200 90] /P ${own} 0 R >>`)
  }
  let file = '%PDF-1.4\n'
  const offsets = objects.map((body, index) => {
    const at = file.length
    file += `${index + 1} 0 obj\n${body}\nendobj\n`
    return at
  })
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`
  file += `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.indexOf('xref\n')}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}

/** A line of 24-point text that starts at `x`, `y`, in points from the bottom left corner. */
export const line = (text: string, x = 72, y = 700, mode = 0): string =>
  `BT /F1 24 Tf ${mode} Tr ${x} ${y} Td (${text}) Tj ET\n`
