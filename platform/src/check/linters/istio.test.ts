import { beforeAll, describe, expect, it } from 'vitest'
import { type Loose, named } from '../../manifests/objects.fixture.ts'
import { cachedGoTools } from '../../tools/go-tools.ts'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { istioctl } from '../../tools/linters.ts'
import { cache, root, toolFor } from '../../tools/tools.fixture.ts'
import { analyzeIstio, ingressProxies, isIstio } from './istio.ts'
import { checkout, edge } from './linters.fixture.ts'

const tools = await toolFor('istioctl analyze', () => cachedGoTools(checkout, istioctl))
const [helm] = (await toolFor('istioctl analyze', () => ensureHelms(cache))) ?? []

describe.skipIf(!tools || !helm)('Istio’s own analysis', () => {
  let objects: Loose[]
  beforeAll(async () => {
    const all = (await edge(helm)).filter((one) => isIstio(one) || one.kind === 'Service')
    objects = [...all, ...(await ingressProxies(root))]
  }, 60_000)
  const said = async (change: (copy: Loose[]) => void): Promise<string> => {
    const copy = structuredClone(objects)
    change(copy)
    return (await analyzeIstio(tools?.istioctl ?? '', 'alta-production', copy)).join('\n')
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
    ).toContain('new')
  })

  it('tells of a host where nobody is', async () => {
    expect(
      await said((copy) => {
        const [rule] = named(copy, 'VirtualService', 'gateway')?.spec.http ?? []
        rule.route[0].destination.host = 'console'
      }),
    ).toContain('console')
  })

  it('tells of proxies that there are not', async () => {
    expect(
      await said((copy) => {
        const gateway = named(copy, 'Gateway', 'alta')
        if (gateway) gateway.spec.selector = { istio: 'egress' }
      }),
    ).toContain('istio=egress')
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
