import { beforeAll, describe, expect, it } from 'vitest'
import { type Loose, named, ofKind } from '../../manifests/objects.fixture.ts'
import { cachedGoTools } from '../../tools/go-tools.ts'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { rollouts } from '../../tools/linters.ts'
import { cache, toolFor } from '../../tools/tools.fixture.ts'
import { checkout, edge } from './linters.fixture.ts'
import { lintRollouts } from './rollouts.ts'

const tools = await toolFor('rollouts lint', () => cachedGoTools(checkout, rollouts))
const [helm] = (await toolFor('rollouts lint', () => ensureHelms(cache))) ?? []

describe.skipIf(!tools || !helm)('Argo Rollouts’ own linter', () => {
  let objects: Loose[]
  beforeAll(async () => {
    const all = await edge(helm)
    objects = ['Rollout', 'Service', 'VirtualService'].flatMap((kind) => ofKind(all, kind))
  }, 60_000)
  const said = (change: (copy: Loose[]) => void): Promise<string> => {
    const copy = structuredClone(objects)
    change(copy)
    return lintRollouts(tools?.['kubectl-argo-rollouts'] ?? '', copy)
  }

  it('has nothing against what stands at the edge', async () => {
    expect(await said(() => undefined)).toBe('')
  })

  it('refuses a field that there is not', async () => {
    expect(
      await said((copy) => {
        named(copy, 'Rollout', 'gateway')?.spec.strategy.canary.steps.push({ setWeigth: 50 })
      }),
    ).toContain('setWeigth')
  })

  it('refuses a weight that is none', async () => {
    expect(
      await said((copy) => {
        named(copy, 'Rollout', 'gateway')?.spec.strategy.canary.steps.push({ setWeight: 150 })
      }),
    ).toContain('SetWeight needs to be between 0 and 100')
  })

  it('refuses a route that leads to the stable side alone', async () => {
    expect(
      await said((copy) => {
        for (const route of named(copy, 'VirtualService', 'gateway')?.spec.http ?? [])
          route.route = route.route.slice(0, 1)
      }),
    ).toContain("Canary Service 'gateway-canary' not found in route")
  })
})
