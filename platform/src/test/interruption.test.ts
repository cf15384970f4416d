import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'

const watched = `
  import { run } from '${new URL('../system/run.ts', import.meta.url)}'
  import { watchInterruption } from '${new URL('./interruption.ts', import.meta.url)}'
  const interruption = watchInterruption()
  const running = run('sleep', ['60'])
  console.log('ready')
  const { code } = await running
  console.log(interruption.happened(), code !== 0)
`

it.each(['SIGINT', 'SIGTERM'] as const)('%s ends what runs and lets its caller go on', async (name) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', watched])
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output === 'ready\n') child.kill(name)
  })
  const [code] = await once(child, 'close')
  expect(code).toBe(0)
  expect(output).toContain(`${name}: ending what runs`)
  expect(output).toContain('true true')
})
