interface Timed {
  readonly start: number
  readonly end: number
}

/** Place of what is heard at a time; of the last one before it in a pause. @param parts in the order of their starts */
export function heardAt(parts: readonly Timed[], seconds: number): number | undefined {
  let [low, high] = [0, parts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((parts[middle]?.start ?? Number.POSITIVE_INFINITY) <= seconds) low = middle + 1
    else high = middle
  }
  return low === 0 ? undefined : low - 1
}

/** `1:07` */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2] as const

export function otherSpeed(speed: number, step: 1 | -1): number {
  const place = speeds.findIndex((each) => each >= speed)
  return speeds[Math.max(0, Math.min(speeds.length - 1, place + step))] ?? 1
}
