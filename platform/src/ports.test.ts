import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { choosePorts } from './ports.ts'

const free = async (): Promise<boolean> => true

describe('choosing ports', () => {
  it('starts in the range of the checkout, so that two checkouts do not meet', async () => {
    expect(await choosePorts(['a', 'b'], {}, 0, free)).toEqual({ a: 12_000, b: 12_001 })
    expect(await choosePorts(['a', 'b'], {}, 3, free)).toEqual({ a: 12_300, b: 12_301 })
  })

  it('keeps a remembered port while it is free', async () => {
    expect(await choosePorts(['a', 'b'], { b: 12_000 }, 0, free)).toEqual({ b: 12_000, a: 12_001 })
  })

  it('goes past ports that are in use, remembered or not', async () => {
    const busy = async (port: number): Promise<boolean> => ![12_000, 12_007].includes(port)
    expect(await choosePorts(['a', 'b'], { a: 12_007 }, 0, busy)).toEqual({ a: 12_001, b: 12_002 })
  })

  it('never gives one port to two names, even when both remember it', async () => {
    const chosen = await choosePorts(['a', 'b'], { a: 12_050, b: 12_050 }, 0, free)
    expect(new Set(Object.values(chosen)).size).toBe(2)
  })

  it('leaves alone what another name remembers, though nothing listens there just now', async () => {
    expect(await choosePorts(['b'], { a: 12_000 }, 0, free)).toEqual({ b: 12_001 })
    expect(await choosePorts(['b'], { a: 12_000, b: 12_000 }, 0, free)).toEqual({ b: 12_001 })
  })

  it('sees a port that something really listens on', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })
    const chosen = await choosePorts(['a'], { a: port }, 0)
    expect(chosen.a).not.toBe(port)
    server.close()
  })
})
