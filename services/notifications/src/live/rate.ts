/** A bucket that fills by so many a second. */
export function bucket(perSecond: number, burst: number, clock = () => performance.now()) {
  let left = burst
  let at = clock()
  return {
    /** @returns false when there are too many */
    take(): boolean {
      const now = clock()
      left = Math.min(burst, left + ((now - at) / 1000) * perSecond)
      at = now
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
