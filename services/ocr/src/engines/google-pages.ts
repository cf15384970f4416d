import type { Page, Word } from '@alta/contracts/resources/recognition'
import type { protos } from '@google-cloud/documentai'
import { confidenceOf } from './confidence.ts'

type Document = protos.google.cloud.documentai.v1.IDocument
type GooglePage = protos.google.cloud.documentai.v1.Document.IPage
type Layout = protos.google.cloud.documentai.v1.Document.Page.ILayout

interface Size {
  width: number
  height: number
}

/** A page as Google numbers it, which need not be its number in the document. */
export interface AnsweredPage extends Omit<Page, 'number'> {
  pageNumber: number
}

/** What of a document is asked for: all that is used here. */
export const fieldMask = {
  paths: ['text', 'error', 'shard_info', 'pages.page_number', 'pages.dimension', 'pages.tokens'],
}

/**
 * Pages of an answer, or of one shard of it. One without a size is left out: its boxes would mean nothing.
 * @param size pixels of the page, where we know better than the answer
 */
export function pagesOf(document: Document, size?: Size): AnsweredPage[] {
  // Anchors count Unicode characters; JavaScript counts halves of some of them.
  const letters = Array.from(document.text ?? '')
  const shift = shiftOf(document)
  return (document.pages ?? []).flatMap((page) => {
    const dimension = size ?? sizeOf(page)
    if (!dimension) return []
    const { words, text } = wordsOf(page, letters, shift, dimension)
    const confidence = confidenceOf(words)
    const { width, height } = dimension
    return {
      pageNumber: page.pageNumber ?? 0,
      width,
      height,
      text,
      confidence,
      words,
      origin: 'ocr' as const,
    }
  })
}

/**
 * Says which page of ours each answered page is. Google counts from the start of the document or from the start
 * of what was selected, depending on the processor. Where both would make sense nothing is taken: a page read
 * again costs a cent, a text on the wrong page is found by nobody.
 * @param asked numbers in ascending order
 */
export function numbered(answered: readonly AnsweredPage[], asked: readonly number[]): Page[] {
  const as = (page: AnsweredPage, number: number): Page => {
    const { pageNumber: _, ...read } = page
    return { ...read, number }
  }
  if (answered.length === asked.length)
    return asked.flatMap((number, index) => {
      const page = answered[index]
      return page ? as(page, number) : []
    })

  const told = answered.map((page) => page.pageNumber)
  if (new Set(told).size < told.length) return []
  const byDocument = answered.filter((page) => asked.includes(page.pageNumber))
  const bySelection = answered.flatMap((page) => {
    const number = asked[page.pageNumber - 1]
    return number === undefined ? [] : as(page, number)
  })
  const ofDocument = answered.length > asked.length || byDocument.length === answered.length
  const ofSelection = answered.length < asked.length && bySelection.length === answered.length
  if (ofDocument && ofSelection && bySelection.some((page, index) => page.number !== told[index])) return []
  if (ofDocument) return byDocument.map((page) => as(page, page.pageNumber))
  return ofSelection ? bySelection : []
}

/** Google makes a token of every comma. Those with nothing between them are one word here, as everywhere else. */
function wordsOf(page: GooglePage, letters: readonly string[], shift: number, size: Size) {
  const words: Word[] = []
  let text = ''
  let tokens: Word[] = []
  let end = 0
  const endWord = () => {
    if (tokens.length > 0) words.push(joined(tokens))
    tokens = []
  }
  for (const { layout } of page.tokens ?? []) {
    const token = tokenOf(layout, letters, shift, size)
    if (!token) continue
    if (tokens.length === 0 || end !== token.start) {
      endWord()
      const gap = letters.slice(end, token.start)
      if (text !== '') text += gap.includes('\n') ? '\n' : ' '
    }
    tokens.push(token.word)
    text += token.word.text
    end = token.end
  }
  endWord()
  return { words, text }
}

/** A token with its place in the text, without the white space that Google counts to it. */
function tokenOf(
  layout: Layout | null | undefined,
  letters: readonly string[],
  shift: number,
  size: Size,
): { word: Word; start: number; end: number } | undefined {
  const segments = layout?.textAnchor?.textSegments ?? []
  // Google leaves out what is 0.
  const first = Number(segments[0]?.startIndex ?? 0) - shift
  const raw = letters.slice(first, Number(segments.at(-1)?.endIndex ?? 0) - shift)
  const text = raw.join('').trim()
  if (!layout || text === '') return undefined
  const start = first + raw.findIndex((letter) => letter.trim() !== '')
  const confidence = Math.min(1, Math.max(0, layout.confidence ?? 0))
  return {
    word: { text, confidence, box: boxOf(layout, size) },
    start,
    end: start + Array.from(text).length,
  }
}

function joined(tokens: readonly Word[]): Word {
  const x = Math.min(...tokens.map(({ box }) => box.x))
  const y = Math.min(...tokens.map(({ box }) => box.y))
  const right = Math.max(...tokens.map(({ box }) => box.x + box.width))
  const bottom = Math.max(...tokens.map(({ box }) => box.y + box.height))
  return {
    text: tokens.map((token) => token.text).join(''),
    confidence: confidenceOf(tokens),
    box: { x, y, width: right - x, height: bottom - y },
  }
}

/** Google tells corners as fractions of the page's sides. */
function boxOf({ boundingPoly }: Layout, { width, height }: Size): Word['box'] {
  const corners = boundingPoly?.normalizedVertices ?? []
  if (corners.length === 0) return { x: 0, y: 0, width: 0, height: 0 }
  const pixels = (fraction: number | null | undefined, side: number) =>
    Math.round(Math.min(1, Math.max(0, fraction ?? 0)) * side)
  const xs = corners.map((corner) => pixels(corner.x, width))
  const ys = corners.map((corner) => pixels(corner.y, height))
  const x = Math.min(...xs)
  const y = Math.min(...ys)
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}

function sizeOf({ dimension }: GooglePage): Size | undefined {
  const width = Math.round(dimension?.width ?? 0)
  const height = Math.round(dimension?.height ?? 0)
  return width > 0 && height > 0 ? { width, height } : undefined
}

/** A later shard may count characters from the start of the whole or from its own: its first token tells which. */
function shiftOf({ shardInfo, pages }: Document): number {
  const offset = Number(shardInfo?.textOffset ?? 0)
  const first = pages?.flatMap((page) => page.tokens ?? [])[0]?.layout?.textAnchor?.textSegments?.[0]
  return Number(first?.startIndex ?? 0) >= offset ? offset : 0
}
