import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Checkout, describeCheckout } from '../checkout.ts'
import { readSettings } from '../settings.ts'
import { logs } from './logs.ts'

let checkout: Checkout

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'alta-logs-'))
  checkout = describeCheckout(root, { ...readSettings(root), ALTA_INSTANCE: '' })
  await mkdir(checkout.logs, { recursive: true })
})

afterEach(() => rm(checkout.root, { recursive: true }))

const asked = (name?: string) => logs(checkout, { name, follow: false, lines: 10 })

it('names a log that is there when the one asked for is not', async () => {
  await expect(asked('ocr')).rejects.toMatchObject({ attempt: 'make up' })
  await writeFile(join(checkout.logs, 'postgres.log'), '')
  await expect(asked('ocr')).rejects.toMatchObject({ attempt: 'make logs s=postgres' })
  await writeFile(join(checkout.logs, 'supervisor.log'), '')
  await expect(asked()).rejects.toMatchObject({ attempt: 'make logs s=supervisor' })
})
