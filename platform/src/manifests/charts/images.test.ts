import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const read = (path: string) => readFile(new URL(`../../../../${path}`, import.meta.url), 'utf8')

it('images have the Node and the pnpm that everything is tried with', async () => {
  const bootstrap = await read('platform/bootstrap.sh')
  const dockerfile = await read('images/Dockerfile')
  const version = (tool: string) => new RegExp(`^${tool}_version=(.+)$`, 'm').exec(bootstrap)?.[1]
  expect(dockerfile).toContain(`NODE_IMAGE=node:${version('node')}-`)
  expect(dockerfile).toContain(`pnpm@${version('pnpm')}`)
})

it('images start a service as the local runner and the chart do', async () => {
  const flags = ['--max-http-header-size=65536', '--import', '@alta/kit/telemetry/register', 'src/main.ts']
  const dockerfile = await read('images/Dockerfile')
  const starts = [...dockerfile.matchAll(/^CMD (\[.*\])$/gm)].map(([, words = '']) => JSON.parse(words))
  expect(starts).toHaveLength(5)
  for (const words of starts)
    expect(words.filter((word: string) => word !== '--watch')).toEqual(['node', ...flags])
  const runner = await read('platform/src/supervisor/platform-plan.ts')
  const chart = await read('charts/service/templates/_pod.tpl')
  for (const flag of flags) for (const source of [runner, chart]) expect(source).toContain(flag)
})
