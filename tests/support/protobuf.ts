/** Fields of a message as they stand on the wire: numbers are varints or fixed, bytes everything that has a length. */
export type Fields = ReadonlyMap<number, readonly (bigint | Buffer)[]>

/**
 * Reads one level of a message of Protocol Buffers; what is nested is read by calling it again with the bytes.
 * @throws {Error} on what no message of ours has (groups), and on what is cut off
 */
export function readMessage(bytes: Buffer): Fields {
  const fields = new Map<number, (bigint | Buffer)[]>()
  let at = 0

  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('the message is cut off')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  function taken(length: number): Buffer {
    if (at + length > bytes.length) throw new Error('the message is cut off')
    at += length
    return bytes.subarray(at - length, at)
  }

  while (at < bytes.length) {
    const key = Number(varint())
    const wire = key & 7
    let value: bigint | Buffer
    if (wire === 0) value = varint()
    else if (wire === 1) value = taken(8).readBigUInt64LE()
    else if (wire === 2) value = taken(Number(varint()))
    else if (wire === 5) value = BigInt(taken(4).readUInt32LE())
    else throw new Error(`field ${key >> 3} has the wire type ${wire}`)
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value])
  }
  return fields
}

export const bytesOf = (fields: Fields, field: number): Buffer[] =>
  (fields.get(field) ?? []).filter((value) => Buffer.isBuffer(value))

export const messagesOf = (fields: Fields, field: number): Fields[] => bytesOf(fields, field).map(readMessage)

export const textOf = (fields: Fields, field: number): string => bytesOf(fields, field)[0]?.toString() ?? ''

export const numberOf = (fields: Fields, field: number): bigint => {
  const [value = 0n] = fields.get(field) ?? []
  return typeof value === 'bigint' ? value : 0n
}
