import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { fileFromZip } from './zip.ts'

/** A zip with these files, deflated unless the name says otherwise. */
function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const stored = name.startsWith('stored')
    const packed = stored ? Buffer.from(text) : deflateRawSync(text)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(name.length, 26)
    local.writeUInt16LE(3, 28)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(stored ? 0 : 8, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(offset, 42)
    parts.push(local, Buffer.from(name), Buffer.from('pad'), packed)
    directory.push(entry, Buffer.from(name))
    offset += 33 + name.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, ...directory, end])
}

describe('a file out of a zip', () => {
  const archive = zipOf({ 'stored.txt': 'as it is', 'helm/helm': 'a program '.repeat(100) })

  it('comes out whole, deflated or stored', () => {
    expect(fileFromZip(archive, 'helm/helm').toString()).toBe('a program '.repeat(100))
    expect(fileFromZip(archive, 'stored.txt').toString()).toBe('as it is')
  })

  it('is missed by its name', () => {
    expect(() => fileFromZip(archive, 'kubectl')).toThrow('holds no kubectl')
  })

  it('is not looked for in what is no zip', () => {
    expect(() => fileFromZip(Buffer.from('<html>not found</html>'), 'helm')).toThrow('no zip')
  })
})
