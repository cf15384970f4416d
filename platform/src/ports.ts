import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Checkout } from './checkout.ts'
import { isFree } from './system/network.ts'

const portsFile = z.record(z.string(), z.number().int())
export type Ports = Readonly<Record<string, number>>

// Below Linux's ephemeral range (32768…), so that outgoing connections do not take them.
const first = 12_000
const perCheckout = 100

/**
 * A free port for every name: the remembered one when it is still free, else the next free one from the
 * checkout's own range on. Ports never repeat among the names, nor are those of other names taken, which may
 * be restarting just now.
 */
export async function choosePorts(
  names: readonly string[],
  remembered: Ports,
  slot: number,
  free: (port: number) => Promise<boolean> = isFree,
): Promise<Record<string, number>> {
  const chosen: Record<string, number> = {}
  const taken = new Set(
    Object.keys(remembered).flatMap((name) => (names.includes(name) ? [] : (remembered[name] ?? []))),
  )
  for (const name of names) {
    const known = remembered[name]
    if (known === undefined || taken.has(known) || !(await free(known))) continue
    chosen[name] = known
    taken.add(known)
  }
  let candidate = first + slot * perCheckout
  for (const name of names) {
    if (chosen[name] !== undefined) continue
    while (taken.has(candidate) || !(await free(candidate))) candidate++
    chosen[name] = candidate
    taken.add(candidate)
  }
  return chosen
}

/** `choosePorts`, remembered in `.alta/ports.json`. */
export async function claimPorts(
  checkout: Pick<Checkout, 'home' | 'slot'>,
  names: readonly string[],
): Promise<Ports> {
  const file = join(checkout.home, 'ports.json')
  const remembered = existsSync(file) ? portsFile.parse(JSON.parse(await readFile(file, 'utf8'))) : {}
  const chosen = await choosePorts(names, remembered, checkout.slot)
  await writeFile(`${file}.new`, `${JSON.stringify({ ...remembered, ...chosen }, null, 2)}\n`)
  await rename(`${file}.new`, file)
  return chosen
}
