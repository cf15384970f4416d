/** A grey picture of its own, with bytes behind it that make every one another file. */
export function pixel(): Buffer {
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAABQAAAAUCAAAAACo4kLRAAAADklEQVR42mNgGAWDHQAAAaQAAX4gqxkAAAAASUVORK5CYII='
  return Buffer.concat([Buffer.from(png, 'base64'), Buffer.from(String(Math.random()))])
}

/** A tenth of a second of silence, another one each time. */
export function wave(): Buffer {
  const samples = Buffer.alloc(3_200)
  samples.writeInt32LE(Math.floor(Math.random() * 2 ** 31), 0)
  const head = Buffer.alloc(44)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(36 + samples.length, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(16_000, 24)
  head.writeUInt32LE(32_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36, 'latin1')
  head.writeUInt32LE(samples.length, 40)
  return Buffer.concat([head, samples])
}
