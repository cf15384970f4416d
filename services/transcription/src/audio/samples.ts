import { Transform } from 'node:stream'

/** Passes samples through (16 bit, little endian) and shows each of them to `see`. */
export function showing(see: (sample: number) => void): Transform {
  let odd: number | undefined
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // A pipe may end a chunk in the middle of a sample.
      const whole = odd === undefined ? chunk : Buffer.concat([Buffer.of(odd), chunk])
      odd = whole.length % 2 === 1 ? whole[whole.length - 1] : undefined
      for (let at = 0; at + 1 < whole.length; at += 2) see(whole.readInt16LE(at))
      done(null, chunk)
    },
  })
}
