import { closeSync, openSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { now } from '../figures.ts'

/** Milliseconds of the machine's monotonic clock. */
export interface Effect {
  called: number
  committed: number
}

/** What consumers of any language write down: one line an effect, `id called committed`. */
export interface EffectLog extends AsyncDisposable {
  byId: ReadonlyMap<string, Effect>
  /** Instants of the commits, in the order of their arrival. */
  commits: readonly number[]
}

const LOOK_EVERY_MS = 20

export async function followEffects(file: string): Promise<EffectLog> {
  const handle = await open(file, 'a+')
  const byId = new Map<string, Effect>()
  const commits: number[] = []
  const buffer = Buffer.alloc(1 << 20)
  let position = 0
  let rest = ''
  let looking: Promise<void> = Promise.resolve()
  let idle = true

  async function look(): Promise<void> {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
      if (bytesRead === 0) return
      position += bytesRead
      const lines = (rest + buffer.toString('latin1', 0, bytesRead)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const [id = '', called, committed] = line.split(' ')
        byId.set(id, { called: Number(called), committed: Number(committed) })
        commits.push(Number(committed))
      }
    }
  }

  const timer = setInterval(() => {
    if (!idle) return
    idle = false
    looking = look().finally(() => {
      idle = true
    })
  }, LOOK_EVERY_MS)
  return {
    byId,
    commits,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await looking
      await handle.close()
    },
  }
}

/** For a consumer: notes an effect whose commit has just returned. Appending one short line is atomic. */
export function effectWriter(file: string): (id: string, called: number) => void {
  const descriptor = openSync(file, 'a')
  process.once('exit', () => closeSync(descriptor))
  return (id, called) => void writeSync(descriptor, `${id} ${called.toFixed(3)} ${now().toFixed(3)}\n`)
}
