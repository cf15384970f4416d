/** Times as large as the page is when it fits the width that there is. */
export type Zoom = number

const STEP = 1.25
const [SMALLEST, LARGEST] = [0.4, 8]

export const zoomed = (zoom: Zoom, steps: 1 | -1): Zoom =>
  Math.min(LARGEST, Math.max(SMALLEST, zoom * STEP ** steps))

export type Turn = 0 | 90 | 180 | 270

const next: Record<Turn, Turn> = { 0: 90, 90: 180, 180: 270, 270: 0 }
export const turned = (turn: Turn): Turn => next[turn]

/** Pixels on the screen for one of the page. @param room width that there is */
export function scaleOf(
  zoom: Zoom,
  turn: Turn,
  page: { width: number; height: number },
  room: number,
): number {
  return (zoom * Math.max(1, room)) / (turn % 180 === 0 ? page.width : page.height)
}

/** Puts the turned page back into the frame that it has left. */
export function transformOf(turn: Turn, width: number, height: number): string {
  if (turn === 90) return `translate(${height}px, 0) rotate(90deg)`
  if (turn === 180) return `translate(${width}px, ${height}px) rotate(180deg)`
  if (turn === 270) return `translate(0, ${width}px) rotate(270deg)`
  return 'none'
}
