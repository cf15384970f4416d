import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../../tools/tools.fixture.ts'
import type { Loose } from '../objects.fixture.ts'
import { manifestsOf } from '../objects.ts'
import { definitionsModules } from './modules.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

it.each(definitionsModules.filter(({ application }) => application))(
  '$module is held against in the version that $application installs',
  ({ application, version, standsFor = version }) => {
    const [{ spec }] = manifestsOf(read(`argocd/platform/base/${application}.yaml`)) as [Loose]
    const { targetRevision } = spec.source ?? spec.sources[0]
    expect(targetRevision.replace(/^v/, '')).toBe(standsFor.replace(/^v/, ''))
  },
)

it('Argo CD’s own kinds are held against in the version that the documents install', () => {
  const argo = definitionsModules.find(({ module }) => module.includes('argo-cd'))
  expect(read('docs/delivery.md')).toContain(`Argo CD ${argo?.version.slice(1)} from its own`)
  expect(read('argocd/settings/kustomization.yaml')).toContain(`install.yaml at ${argo?.version};`)
})

it('only what the module proxy does not have is stood in for', () => {
  const standIns = definitionsModules.filter(({ standsFor }) => standsFor)
  expect(standIns.map(({ application }) => application)).toEqual(['barman-cloud'])
})
