import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { line, StepFailed, step } from '../console/steps.ts'
import { filesOfEveryService, withService } from '../generate/every-service.ts'
import {
  describeToApps,
  describeToArgo,
  describeToCalls,
  describeToGateway,
  describeToPostgres,
  describeToReaders,
  fill,
  imageIn,
  migrationName,
  wordsOf,
} from '../generate/service.ts'
import { environments } from '../manifests/releases.ts'
import { run } from '../system/run.ts'

const ending = '.template'

/** Makes services/<name> from platform/new-service and adds it where the platform lists its services. */
export async function newService({ root }: Pick<Checkout, 'root'>, name: string): Promise<void> {
  const words = wordsOf(name)
  const target = join(root, 'services', name)
  if (existsSync(target))
    throw new StepFailed(`services/${name} is there already`, 'make new-service NAME=invoices')
  const template = join(root, 'platform/new-service')
  const files = (await readdir(template, { recursive: true })).filter((file) => file.endsWith(ending)).sort()
  for (const file of files) {
    const path = fill(file.slice(0, -ending.length), words).replace(
      'migration.ts',
      migrationName(name, new Date()),
    )
    await mkdir(dirname(join(target, path)), { recursive: true })
    await writeFile(join(target, path), fill(await readFile(join(template, file), 'utf8'), words))
    line('made', `services/${name}/${path}`)
  }
  await edit(root, 'services/gateway/src/routes.ts', (text) => describeToGateway(text, name))
  await edit(root, 'README.md', (text) => describeToReaders(text, name))
  await edit(root, 'charts/platform/files/calls.yaml', (text) => describeToCalls(text, name))
  await edit(root, 'charts/platform/files/apps.yaml', (text) => describeToApps(text, name))
  await edit(root, 'argocd/root/services.yaml', (text) => describeToArgo(text, name))
  await edit(root, 'k8s/postgres/base/cluster.yaml', (text) => describeToPostgres(text, name))
  for (const path of await filesOfEveryService(root))
    await edit(root, path, (text) => withService(text, name))
  for (const environment of environments) {
    const path = `argocd/environments/${environment}/${name}.yaml`
    await writeFile(join(root, path), imageIn(environment, name))
    line('made', path)
  }
  await step('packages', async (say) => {
    const installed = await run('pnpm', ['install', '--no-frozen-lockfile'], {
      cwd: root,
      env: { CI: 'true' },
    })
    if (installed.code !== 0) throw new StepFailed(installed.stderr || installed.stdout, 'pnpm install')
    say('linked')
    // Names of another length break lines and sort imports elsewhere.
    const paths = [
      `services/${name}`,
      'services/gateway/src/routes.ts',
      'platform/src/dashboards',
      'charts/platform/files',
    ]
    const formatted = await run('pnpm', ['exec', 'biome', 'check', '--write', ...paths], { cwd: root })
    if (formatted.code !== 0) throw new StepFailed(formatted.stdout + formatted.stderr, 'make format')
  })
  await step('generated', async (say) => {
    // By a runner of its own: this one was loaded before the dashboards changed.
    const generated = await run(process.execPath, ['platform/src/cli.ts', 'generate'], { cwd: root })
    if (generated.code !== 0) throw new StepFailed(generated.stderr || generated.stdout, 'make generate')
    say(generated.stdout.trim().replace(/^generate +/, ''))
  })
  line('next', `make test ONLY=services/${name} · make check · make up`)
}

async function edit(root: string, path: string, change: (text: string) => string): Promise<void> {
  const file = join(root, path)
  if (!existsSync(file)) return
  const before = await readFile(file, 'utf8')
  const after = change(before)
  if (after === before) return line('unchanged', `${path}: add the service there by hand`)
  await writeFile(file, after)
  line('changed', path)
}
