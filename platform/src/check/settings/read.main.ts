// Reads each config.ts as its service would with the environment that stands beside it: [{ file, environment }] comes in
// as JSON, [{ wrong }] or [{ config }] goes out. A process of its own, because config.ts reads and ends its process.
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { Reading } from '../settings.ts'

const cases = z.array(z.object({ file: z.string(), environment: z.record(z.string(), z.string()) }))

class Ended extends Error {}
process.exit = () => {
  throw new Ended()
}
let said = ''
process.stderr.write = (chunk: string | Uint8Array) => {
  said += String(chunk)
  return true
}

const readings: Reading[] = []
for (const [index, { file, environment }] of cases.parse(JSON.parse(await text(process.stdin))).entries()) {
  process.env = { ...environment }
  said = ''
  try {
    const { config } = await import(`${pathToFileURL(file).href}?${index}`)
    readings.push({ config })
  } catch (error) {
    readings.push({ wrong: error instanceof Ended ? said : String(error) })
  }
}
console.log(JSON.stringify(readings))
