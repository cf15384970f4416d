import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { deploymentOf, forget, readDeployed, remember } from './deployed.ts'

const made = {
  kubectl: '/cache/kubectl',
  helm: '/cache/helm',
  daprChart: '/modules/dapr/charts/dapr',
  definitions: ['/modules/istio/crds.yaml'],
  images: {
    services: { ocr: 'alta.local/alta/ocr:1' },
    ...{ servers: 'a:1', daprd: 'b:1', pause: 'c:1', seaweedfs: 'd:1', mailpit: 'e:1' },
    control: ['alta.local/operator:1'],
  },
}

it('what was deployed is read as it was, and only when it was brought to its end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alta-deployed-'))
  try {
    await expect(readDeployed(folder)).rejects.toMatchObject({ attempt: 'make cluster-up' })
    await remember(folder, made)
    const read = await readDeployed(folder)
    expect(read).toEqual(made)
    expect(deploymentOf('/checkout', folder, read)).toMatchObject({
      root: '/checkout',
      folder,
      images: made.images,
      cluster: { kubeconfig: join(folder, 'kubeconfig') },
    })
    await forget(folder)
    await expect(readDeployed(folder)).rejects.toThrow('not brought up to its end')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
