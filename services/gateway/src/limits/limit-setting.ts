import { type Field, notation } from '@alta/kit/config'

/** So many requests in so many seconds, and so many at once. */
export interface Rate {
  requests: number
  seconds: number
  burst: number
  /** Only watches: says what it would have refused. */
  shadow: boolean
}

export type Limit = Rate | 'off'

const form = /^([1-9]\d{0,5})\/(s|min|h)(?: burst ([1-9]\d{0,5}))?( shadow)?$/
const units: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600 }

/** Reads `100/s burst 200`, `60/min`, `60/min shadow` or `off`; undefined for anything else. Without a burst it is the number. */
export function readLimit(text: string): Limit | undefined {
  if (text === 'off') return 'off'
  const [, requests = '', unit = '', burst, shadow] = form.exec(text) ?? []
  const seconds = units[unit]
  return seconds === undefined
    ? undefined
    : {
        requests: Number(requests),
        seconds,
        burst: Number(burst ?? requests),
        shadow: shadow !== undefined,
      }
}

/** @param atLeast what the dearest request that counts here costs: with a smaller burst it could never be made */
export const limit = (atLeast: number): Field<Limit> =>
  notation(
    `off, or a limit such as "100/s burst 200", "1000/h" or "60/min shadow" with a burst of at least ${atLeast}`,
    (text) => {
      const read = readLimit(text)
      return read === undefined || read === 'off' || read.burst >= atLeast ? read : undefined
    },
  )
