/**
 * A recording as a file that every engine reads: WAV, one channel of 16 bits.
 * @param parts samples from -1 to 1, in order
 * @param rate samples a second
 */
export function wavOf(parts: readonly Float32Array[], rate: number): Blob {
  const count = parts.reduce((sum, part) => sum + part.length, 0)
  const view = new DataView(new ArrayBuffer(44 + count * 2))
  const word = (at: number, text: string) => {
    for (let index = 0; index < 4; index++) view.setUint8(at + index, text.charCodeAt(index))
  }
  word(0, 'RIFF')
  view.setUint32(4, 36 + count * 2, true)
  word(8, 'WAVE')
  word(12, 'fmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  word(36, 'data')
  view.setUint32(40, count * 2, true)
  let at = 44
  for (const part of parts) {
    for (const sample of part) {
      view.setInt16(at, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true)
      at += 2
    }
  }
  return new Blob([view.buffer], { type: 'audio/wav' })
}

/** From 0 to 1, as loud as it sounds: 0 is 50 decibels below the loudest. */
export function levelOf(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const decibels = 20 * Math.log10(Math.sqrt(sum / Math.max(1, samples.length)) + 1e-9)
  return Math.max(0, Math.min(1, 1 + decibels / 50))
}
