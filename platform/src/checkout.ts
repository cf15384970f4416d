import { createHash } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSettings, type Settings } from './settings.ts'

/** One platform: a checkout and an instance in it. Everything it owns is named after `id` or lies in `home`. */
export interface Checkout {
  readonly root: string
  /** `alta_<8 hex of the path>[_instance]`: database, vhost, RabbitMQ user, prefix of Redis keys and roles. */
  readonly id: string
  /** The same in the form that Dapr takes as NAMESPACE. */
  readonly namespace: string
  /** `.alta/` of the checkout, or `.alta/instances/<name>/`. */
  readonly home: string
  readonly logs: string
  readonly files: string
  /** 0..199, spread by path: where the search for free ports begins. */
  readonly slot: number
  readonly settings: Settings
}

/** The checkout that this file lies in; makes its folders. */
export async function openCheckout(): Promise<Checkout> {
  const root = await realpath(fileURLToPath(new URL('../..', import.meta.url)))
  const settings = readSettings(root)
  const instance = settings.ALTA_INSTANCE
  const checkout = describeCheckout(root, settings)
  const home = instance ? join(root, '.alta/instances', instance) : join(root, '.alta')
  for (const folder of ['logs', 'files', 'dapr'])
    await mkdir(join(home, folder), { recursive: true, mode: 0o700 })
  return checkout
}

/** Another instance of the same checkout; its folders are made when it comes up. */
export const instanceOf = ({ root, settings }: Checkout, name: string): Checkout =>
  describeCheckout(root, { ...settings, ALTA_INSTANCE: name })

export function describeCheckout(root: string, settings: Settings): Checkout {
  const instance = settings.ALTA_INSTANCE
  const hash = createHash('sha256').update(root).digest('hex').slice(0, 8)
  const home = instance ? join(root, '.alta/instances', instance) : join(root, '.alta')
  const id = `alta_${hash}${instance ? `_${instance}` : ''}`
  const slot = createHash('sha256').update(id).digest().readUInt16BE(0) % 200
  return {
    root,
    id,
    namespace: id.replaceAll('_', '-'),
    home,
    logs: join(home, 'logs'),
    files: join(home, 'files'),
    slot,
    settings,
  }
}
