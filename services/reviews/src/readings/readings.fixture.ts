import type { RecognisedDocument, Transcript, Word } from '@alta/contracts/resources/recognition'

/** A page whose words stand in lines, 10 pixels a character. `!` after a word makes it doubtful (0.4). */
export function pageOf(number: number, text: string, sure = 0.95): RecognisedDocument['pages'][number] {
  const lines = text.split('\n').map((line) => line.split(' ').filter(Boolean))
  const words: Word[] = lines.flatMap((line, row) => {
    let x = 0
    return line.map((marked) => {
      const doubtful = marked.length > 1 && marked.endsWith('!')
      const plain = doubtful ? marked.slice(0, -1) : marked
      const box = { x, y: row * 20, width: plain.length * 10, height: 18 }
      x += box.width + 10
      return { text: plain, confidence: doubtful ? 0.4 : sure, box }
    })
  })
  const confidence = words.reduce((sum, word) => sum + word.confidence, 0) / (words.length || 1)
  const plain = text.replaceAll(/(?<=\S)!/g, '')
  return { number, width: 1000, height: 1400, text: plain, confidence, words, origin: 'ocr' }
}

export function documentOf(...texts: string[]): RecognisedDocument {
  const pages = texts.map((text, index) => pageOf(index + 1, text))
  const confidence = pages.reduce((sum, page) => sum + page.confidence, 0) / (pages.length || 1)
  return { engine: 'test', languages: ['en'], confidence, pages }
}

/** A recording with one segment per text, a second for each word. */
export function transcriptOf(...texts: string[]): Transcript {
  let time = 0
  const segments = texts.map((text) => {
    const start = time
    const words = text
      .split(' ')
      .filter(Boolean)
      .map((word) => ({ text: word, start: time, end: ++time, confidence: 0.7 }))
    return { start, end: time, text, confidence: 0.7, words }
  })
  return { engine: 'test', language: 'en', duration: time, confidence: 0.7, text: texts.join('\n'), segments }
}
