import type { Readable } from 'node:stream'

/** Ends an answer that nobody wants to read. That it was broken off is told as an error, which would end the process. */
export function leaveUnread(body: Readable): void {
  body.once('error', () => undefined)
  body.destroy()
}
