// node tests/attacks/loosened.main.ts: does the suite see a route that lets in whom it must not? In a copy that is thrown away one
// policy is loosened, and the attacks have to fail over that route, and over no other.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
/** Queues of the platform, which operators alone may see, for everybody who is signed in. */
const loosened = {
  route: 'GET /api/v1/monitor/queues',
  file: 'services/events/src/monitor/monitor.routes.ts',
  from: /(path: '\/api\/v1\/monitor\/queues',[^}]*?policy: )may\('operations:read'\)/,
  to: "$1may('projects:read')",
}

const copy = await mkdtemp(join(tmpdir(), 'alta-loosened-'))
try {
  execFileSync('git', ['clone', '--quiet', '--shared', root, copy])
  execFileSync('pnpm', ['install', '--frozen-lockfile', '--prefer-offline', '--silent'], { cwd: copy })
  const file = join(copy, loosened.file)
  const text = await readFile(file, 'utf8')
  if (!loosened.from.test(text)) throw new Error(`${loosened.file} has no such policy any more`)
  await writeFile(file, text.replace(loosened.from, loosened.to))

  const attacks = spawn(process.execPath, [join(copy, 'tests/attacks/main.ts'), '--only=every route'], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => attacks.kill(signal))
  let said = ''
  attacks.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
    process.stdout.write(chunk)
  })
  const [code] = (await once(attacks, 'close')) as [number | null]
  const gotIn = said.split('\n').filter((line) => line.startsWith('✗ '))
  const elsewhere = gotIn.filter((line) => !line.includes(`${loosened.route} `))
  const isSeen = code === 1 && gotIn.length > 0 && elsewhere.length === 0
  console.log(
    isSeen
      ? `\nseen: with ${loosened.route} loosened ${gotIn.length} cells failed, and none of another route`
      : `\nnot seen: ${loosened.route} was loosened; the attacks ended with ${code}, ${gotIn.length} failed, ${elsewhere.length} of other routes`,
  )
  process.exitCode = isSeen ? 0 : 1
} finally {
  await rm(copy, { recursive: true, force: true })
}
