import { afterEach, beforeEach, expect, it } from 'vitest'
import { isFree } from '../system/network.ts'
import { listenForControl } from './control.ts'
import type { Planned } from './plan.ts'
import { type Scaled, scaleOneByOne } from './scale.ts'

const apps = ['gateway', 'notifications', 'ocr']
let names: string[]
beforeEach(() => {
  names = ['ocr', 'ocr-daprd', 'gateway', 'gateway-daprd']
})

const supervisor = {
  names: () => names,
  add(more: readonly Planned[]) {
    names = [...names, ...more.map(({ name }) => name)]
  },
  async remove(going: readonly string[]) {
    names = names.filter((name) => !going.includes(name))
  },
}
const plan = async (app: string, number: number): Promise<Planned[]> =>
  [`${app}-${number}`, `${app}-${number}-daprd`].map(
    // Of a plan the supervisor of this test looks at names only.
    (name) => ({ name }) as Planned,
  )
const scale = scaleOneByOne({ supervisor, apps, plan })

it('starts the replicas that are missing and ends those that are too many, each with its sidecar', async () => {
  expect(await scale('ocr', 3)).toEqual({ outcome: 'scaled', before: 1 })
  expect(names.filter((name) => name.startsWith('ocr'))).toEqual([
    'ocr',
    'ocr-daprd',
    'ocr-2',
    'ocr-2-daprd',
    'ocr-3',
    'ocr-3-daprd',
  ])
  expect(await scale('ocr', 1)).toEqual({ outcome: 'scaled', before: 3 })
  expect(names).toEqual(['ocr', 'ocr-daprd', 'gateway', 'gateway-daprd'])
})

it('starts a replica once when two ask for it at the same time, and what was asked last wins', async () => {
  await Promise.all([scale('ocr', 2), scale('ocr', 2)])
  expect(names.filter((name) => name === 'ocr-2')).toHaveLength(1)
  await Promise.all([scale('ocr', 3), scale('ocr', 1)])
  expect(names.filter((name) => name.startsWith('ocr'))).toEqual(['ocr', 'ocr-daprd'])
})

it.each([
  ['a service that is not there', 'billing', 2, 'service_not_found'],
  ['what holds a port that others know', 'gateway', 2, 'not_scalable'],
  ['more than the machine should carry', 'ocr', 9, 'too_many_replicas'],
])('refuses %s', async (_what, app, replicas, code) => {
  expect(await scale(app, replicas)).toMatchObject({ outcome: 'refused', code })
  expect(names).toHaveLength(4)
})

let control: { close(): void } | undefined
afterEach(() => control?.close())

async function open(): Promise<string> {
  let port = 31_700
  while (!(await isFree(port))) port++
  const done = async (app: string): Promise<Scaled> =>
    app === 'ocr'
      ? { outcome: 'scaled', before: 1 }
      : { outcome: 'refused', code: 'not_scalable', detail: 'no' }
  control = listenForControl({ port, token: 'secret', scale: done })
  return `http://127.0.0.1:${port}`
}

const ask = (url: string, body: string, token = 'secret') =>
  fetch(url, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } })

it('does what it is asked over its control interface, for who has the token', async () => {
  const url = await open()
  expect((await ask(`${url}/services/ocr/scale`, '{"replicas":2}')).status).toBe(202)
  expect((await ask(`${url}/services/ocr/scale`, '{"replicas":2}', 'guessed')).status).toBe(401)
  expect((await ask(`${url}/services/gateway/scale`, '{"replicas":2}')).status).toBe(409)
  expect((await ask(`${url}/services/ocr/scale`, '{"replicas":0}')).status).toBe(400)
  expect((await ask(`${url}/services/ocr/scale`, 'two, please')).status).toBe(400)
  expect((await ask(`${url}/anything`, '{}')).status).toBe(404)
})
