import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { clusterAt } from './client.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alta-client-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A cluster whose kubectl and Helm are a script. */
async function clusterOf(script: string) {
  const program = join(folder, 'program')
  await writeFile(program, `#!/bin/sh\n${script}\n`)
  await chmod(program, 0o755)
  return clusterAt('/the/kubeconfig', { kubectl: program, helm: program }, folder)
}

it('a failure names the whole command, the last words of both outputs and what to look at', async () => {
  const cluster = await clusterOf('seq 30; echo "the pod waits for its image" >&2; exit 3')
  const failed = cluster.kubectl(['-n', 'alta-dev', 'rollout', 'status', 'deployment/ocr'])
  await expect(failed).rejects.toMatchObject({
    why: expect.stringMatching(
      /^kubectl -n alta-dev rollout status deployment\/ocr ended with 3\n +the pod waits for its image\n +21\n( *\d+\n)+ *30$/,
    ),
    attempt: 'kubectl --kubeconfig /the/kubeconfig get events --all-namespaces --sort-by .lastTimestamp',
  })
})

it('a failure does not tell what went in', async () => {
  const cluster = await clusterOf('cat >/dev/null; exit 1')
  await expect(cluster.kubectl(['apply', '-f', '-'], 'a secret')).rejects.toThrow(
    /^kubectl apply -f - ended with 1$/,
  )
})

it('Helm’s failures are told alike', async () => {
  const cluster = await clusterOf('echo "timed out waiting" >&2; exit 1')
  await expect(cluster.helm(['upgrade', '--install', 'dapr'])).rejects.toThrow(
    /^helm upgrade --install dapr ended with 1\n +timed out waiting$/,
  )
})
