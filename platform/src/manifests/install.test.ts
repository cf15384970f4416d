import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../tools/tools.fixture.ts'
import { installCommands } from './install.ts'

it('the same is installed when the repository has another address everywhere', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'alta-install-'))
  try {
    await cp(join(root, 'argocd'), join(elsewhere, 'argocd'), { recursive: true })
    for (const file of await readdir(elsewhere, { recursive: true })) {
      if (!file.endsWith('.yaml')) continue
      const path = join(elsewhere, file)
      const text = await readFile(path, 'utf8')
      await writeFile(
        path,
        text.replaceAll('https://github.com/example/alta.git', 'https://git.acme.org/a.git'),
      )
    }
    const commands = installCommands(elsewhere, 'dev')
    expect(commands).toEqual(installCommands(root, 'dev'))
    expect(commands.join('\n')).toContain('helm upgrade --install dapr')
    expect(commands.join('\n')).not.toContain('a.git')
  } finally {
    await rm(elsewhere, { recursive: true, force: true })
  }
})
