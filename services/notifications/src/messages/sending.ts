/** Counts what is on its way to the mail server, so that a stopping service does not walk away from it. */
export interface Sending {
  /** @throws {Error} when the service is stopping: then nothing new is begun */
  track<Result>(send: () => Promise<Result>): Promise<Result>
  /** Begins nothing any more and waits until what was begun is over, at most so many milliseconds. */
  drain(milliseconds: number): Promise<void>
}

export function sendingTracker(): Sending {
  const underway = new Set<Promise<unknown>>()
  let stopping = false

  return {
    async track(send) {
      if (stopping) throw new Error('the service is stopping')
      const promise = send()
      underway.add(promise)
      try {
        return await promise
      } finally {
        underway.delete(promise)
      }
    },
    async drain(milliseconds) {
      stopping = true
      const patience = new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
      await Promise.race([Promise.allSettled(underway), patience])
    },
  }
}
