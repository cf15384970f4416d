/** Round figures from zero to at least the highest value, three to six of them. */
export function ticksOf(highest: number): number[] {
  const rough = highest / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= rough) ?? 10 * power
  const whole = Math.max(step, Number.MIN_VALUE)
  const ticks = [0]
  while ((ticks.at(-1) ?? 0) < highest) ticks.push(Number((ticks.length * whole).toPrecision(6)))
  return ticks
}

/** A line through points, broken where a value is not known. */
export function pathOf(points: readonly (readonly [x: number, y: number | null])[]): string {
  let isDrawing = false
  const parts: string[] = []
  for (const [x, y] of points) {
    if (y !== null) parts.push(`${isDrawing ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`)
    isDrawing = y !== null
  }
  return parts.join('')
}
