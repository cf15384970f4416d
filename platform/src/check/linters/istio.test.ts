import { beforeAll, describe, expect, it } from 'vitest'
import { type Loose, named } from '../../manifests/objects.fixture.ts'
import { cachedGoTools } from '../../tools/go-tools.ts'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { istioctl } from '../../tools/linters.ts'
import { cache, toolFor } from '../../tools/tools.fixture.ts'
import { askIstio, isIstio } from './istio.ts'
import { checkout, edge } from './linters.fixture.ts'

const tools = await toolFor('istioctl analyze', () => cachedGoTools(checkout, istioctl))
const [helm] = (await toolFor('istioctl analyze', () => ensureHelms(cache))) ?? []

describe.skipIf(!tools || !helm)('Istio’s own analysis', () => {
  let objects: Loose[]
  beforeAll(async () => {
    const all = await edge(helm)
    objects = all.filter((one) => isIstio(one) || one.kind === 'Service')
  }, 60_000)
  const said = async (change: (copy: Loose[]) => void): Promise<string> => {
    const copy = structuredClone(objects)
    change(copy)
    return (await askIstio(tools?.istioctl ?? '', 'alta-production', copy)).join('\n')
  }

  it('has nothing against what stands at the edge', async () => {
    expect(await said(() => undefined)).toBe('')
  })

  it('tells of a subset that no rule has', async () => {
    expect(
      await said((copy) => {
        const [rule] = named(copy, 'VirtualService', 'gateway')?.spec.http ?? []
        rule.route[0].destination.subset = 'new'
      }),
    ).toContain('gateway+new')
  })

  it('tells of a gateway that is not there', async () => {
    expect(
      await said((copy) => {
        const route = named(copy, 'VirtualService', 'gateway')
        if (route) route.spec.gateways = ['altar']
      }),
    ).toContain('altar')
  })

  it('tells of a port whose protocol it would have to guess', async () => {
    expect(
      await said((copy) => {
        for (const port of named(copy, 'Service', 'gateway')?.spec.ports ?? []) delete port.appProtocol
      }),
    ).toContain('port "public" does not follow the Istio naming convention')
  })

  it('tells of a field that there is not', async () => {
    expect(
      await said((copy) => {
        const gateway = named(copy, 'Gateway', 'alta')
        if (gateway) gateway.spec.serverz = []
      }),
    ).toContain('serverz')
  })
})
