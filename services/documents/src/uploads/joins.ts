/** How many uploads are being joined at a time. */
export interface Joins {
  /** @returns false when as many are being joined as may */
  begin(): boolean
  end(): void
}

/**
 * A join writes the whole file once more, beside what requests are receiving: into the temporary space of the pod with
 * a bucket, into `incoming/` with a disk. The chart gives 4 GiB of it; the joins of a process, these and the one of its
 * sweep, take three recordings of the largest size. Nobody waits in line here, since they would do so with a connection
 * open: what finds no room is left to the sweep.
 */
export function joinsOf(most = 2): Joins {
  let running = 0
  return {
    begin() {
      if (running >= most) return false
      running++
      return true
    },
    end() {
      running--
    },
  }
}
