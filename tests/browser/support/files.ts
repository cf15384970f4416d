import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { linesPdf } from '../../support/lines-pdf.ts'

/** A folder of this machine for as long as a test lasts. */
export interface Folder extends AsyncDisposable {
  readonly path: string
  /** @param name with folders in front, which are made @returns where it is */
  write(name: string, bytes: Uint8Array | string): Promise<string>
}

export async function makeFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'alta-browser-'))
  return {
    path,
    async write(name, bytes) {
      const file = join(path, name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, bytes)
      return file
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  }
}

/** A document of one page whose text is read without an engine. @param size bytes that it has at least */
export function letterPdf(lines: readonly string[], size = 0): Buffer {
  const plain = linesPdf([lines])
  const at = plain.indexOf('xref\n0 ')
  const line = `%${'-'.repeat(1022)}\n`
  const padding = line.repeat(Math.max(0, Math.ceil((size - plain.length) / line.length)))
  // Comments behind the last object move nothing but the table that tells where objects are.
  const end = plain.toString('latin1', at).replace(/startxref\n\d+/, `startxref\n${at + padding.length}`)
  return Buffer.concat([plain.subarray(0, at), Buffer.from(padding + end, 'latin1')])
}

/** Holds files of this machine over a page, as a mouse does. @returns what lets them go */
export async function drag(page: Page, paths: string[]): Promise<() => Promise<void>> {
  const debug = await page.context().newCDPSession(page)
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 }
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    debug.send('Input.dispatchDragEvent', {
      type,
      x: width / 2,
      y: height / 2,
      data: { items: [], files: paths, dragOperationsMask: 1 },
    })
  await send('dragEnter')
  await send('dragOver')
  return async () => {
    await send('drop')
    await debug.detach()
  }
}

/** A line that sends no faster. It holds for requests that begin afterwards. */
export interface SlowLine {
  /** @param bytesPerSecond 0: nothing comes through; undefined: as fast as it goes */
  become(bytesPerSecond: number | undefined): Promise<void>
}

export async function slowLine(page: Page, bytesPerSecond: number): Promise<SlowLine> {
  const debug = await page.context().newCDPSession(page)
  const line: SlowLine = {
    async become(rate) {
      await debug.send('Network.emulateNetworkConditions', {
        offline: rate === 0,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: rate ?? -1,
      })
    },
  }
  await debug.send('Network.enable')
  await line.become(bytesPerSecond)
  return line
}
