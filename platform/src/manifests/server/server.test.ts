import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeCheckout } from '../../checkout.ts'
import { etcd, kubernetes } from '../../cluster/programs.ts'
import { readSettings } from '../../settings.ts'
import { cachedGoTools } from '../../tools/go-tools.ts'
import { ensureHelms, ensureKubectl } from '../../tools/helm-and-kubectl.ts'
import { ensureGo } from '../../tools/kubeconform.ts'
import { cache, root, toolFor } from '../../tools/tools.fixture.ts'
import { namespacesOf } from '../applications.ts'
import { type Document, type Everything, everything } from './documents.ts'
import { type Gate, openGate } from './gate.ts'
import { complaints, refusals } from './judge.ts'
import { changed, mistakes, nothingsField, oneMistypedOfEachKind } from './mistakes.fixture.ts'

const checkout = describeCheckout(root, readSettings(root))
const tools = await toolFor('what an API server says of every manifest', async () => ({
  programs: { ...(await cachedGoTools(checkout, kubernetes)), ...(await cachedGoTools(checkout, etcd)) },
  kubectl: await ensureKubectl(cache),
  helm: (await ensureHelms(cache))[0],
  go: await ensureGo(),
}))

describe.skipIf(!tools)('an API server with every kind', () => {
  let gate: Gate
  let all: Everything
  beforeAll(async () => {
    if (!tools) return
    all = await everything(root, tools.helm, tools.kubectl)
    const made = namespacesOf(all.applications)
    // What a file of ci/ makes is held against what holds for our services everywhere.
    const namespaces = new Map([...made, ['argocd', {}], ['alta-ci', made.get('alta-production') ?? {}]])
    gate = await openGate({ ...tools, cache, namespaces })
  }, 600_000)
  afterAll(() => gate?.close())

  it('takes all that is applied anywhere, without a warning', { timeout: 600_000 }, async () => {
    expect(all.documents.length).toBeGreaterThan(1000)
    expect(await refusals(gate, all.documents)).toEqual([])
  })

  it('refuses a mistyped field of each kind', { timeout: 300_000 }, async () => {
    const mistyped = oneMistypedOfEachKind(all.documents)
    const said = await complaints(gate, mistyped)
    const kinds = mistyped.map(({ object: { apiVersion, kind } }) => `${apiVersion}, Kind=${kind}`)
    const taken = kinds.filter((kind) => !new RegExp(`${kind}\\): \\S*\\.${nothingsField}: `).test(said))
    expect(taken).toEqual([])
    expect(kinds.length).toBeGreaterThan(50)
  })

  it.each(mistakes)('refuses $what ($kind)', async ({ kind, title, path, value, said }) => {
    const document = all.documents.find((one) => one.object.kind === kind && one.title.startsWith(title))
    if (!document) throw new Error(`${title} has no ${kind}`)
    expect(await refusals(gate, [changed(document, path, value)])).toEqual([expect.stringMatching(said)])
  })

  it('reads YAML as kubectl does: an unquoted “on” is no text', async () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { cache: on }'
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', labels: {}, annotations: {} },
    }
    const document: Document = { title: 'made up', namespace: 'alta-ci', text, object }
    expect(await refusals(gate, [document])).toEqual([expect.stringContaining('data.cache')])
  })
})
