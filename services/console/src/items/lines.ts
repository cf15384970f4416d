interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * Words in reading order, parted into the lines that they stand in: a word begins one when its middle lies below or
 * above the words before it, or when it stands left of the last one. A comma is too low to say where its line is.
 */
export function linesOf<Word extends { readonly box: Box }>(words: readonly Word[]): Word[][] {
  const lines: Word[][] = []
  let last: Box | undefined
  for (const word of words) {
    const { box } = word
    const line = lines.at(-1)
    if (line && last && goesOn(last, box)) line.push(word)
    else lines.push([word])
    last = last && goesOn(last, box) && box.height < last.height * 0.6 ? { ...last, x: box.x } : box
  }
  return lines
}

function goesOn(last: Box, next: Box): boolean {
  const middle = next.y + next.height / 2
  const isLevel = middle >= last.y - last.height * 0.2 && middle <= last.y + last.height * 1.2
  return isLevel && next.x >= last.x
}

/** The word at a point of the page; of several the smallest. A finger may miss by `slack` pixels of the page. */
export function wordAt<Word extends { readonly box: Box }>(
  words: readonly Word[],
  point: { readonly x: number; readonly y: number },
  slack = 0,
): Word | undefined {
  const hit = words.filter(
    ({ box }) =>
      point.x >= box.x - slack &&
      point.x <= box.x + box.width + slack &&
      point.y >= box.y - slack &&
      point.y <= box.y + box.height + slack,
  )
  return hit.sort((one, other) => areaOf(one.box) - areaOf(other.box))[0]
}

const areaOf = ({ width, height }: Box): number => width * height
