import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applicationsOf } from '../manifests/applications.ts'
import type { Loose } from '../manifests/objects.fixture.ts'
import { manifestsOf } from '../manifests/objects.ts'
import { root } from '../tools/tools.fixture.ts'
import { applicationFaults } from './gitops.ts'

const read = (path: string): Loose[] => manifestsOf(readFileSync(join(root, 'argocd', path), 'utf8'))
const projects = read('root/projects.yaml')
const all = [
  ...read('root/production.yaml'),
  ...read('platform/base/keda.yaml').map((one): Loose => {
    const copy: Loose = structuredClone(one)
    copy.spec.destination.name = 'production'
    return copy
  }),
  ...read('root/services.yaml').flatMap(applicationsOf),
]

/** What is told when one Application is changed, or when a path is not there. */
function told(name: string, change: (spec: Loose['spec']) => void, absent = ''): string {
  const broken = all.map((one) => {
    const copy: Loose = structuredClone(one)
    if (copy.metadata.name === name) change(copy.spec)
    return copy
  })
  return applicationFaults(broken, projects, (path) => path !== absent).join('\n')
}
const nothing = () => undefined

describe('what Argo CD is told', () => {
  it('is what its projects allow and what is there', () => {
    expect(told('', nothing)).toBe('')
  })

  it.each([
    ['a chart that is not there', 'points at charts/service, which is not there', nothing, 'charts/service'],
    [
      'values that are not there',
      'ocr-staging points at argocd/environments/staging/ocr.yaml, which is not there',
      nothing,
      'argocd/environments/staging/ocr.yaml',
    ],
    [
      'a project that is not there',
      'ocr-dev is of the project ours, which is not there',
      (spec: Loose['spec']) => {
        spec.project = 'ours'
      },
      '',
    ],
    [
      'a namespace of others',
      'ocr-dev goes to dev/kube-system, which its project refuses',
      (spec: Loose['spec']) => {
        spec.destination.namespace = 'kube-system'
      },
      '',
    ],
    [
      'a difference that nobody owns',
      'ocr-dev overlooks Deployment /spec/template, which no controller owns',
      (spec: Loose['spec']) => {
        spec.ignoreDifferences[0].jsonPointers = ['/spec/template']
      },
      '',
    ],
  ])('is told of %s', (_mistake, words, change, absent) => {
    expect(told('ocr-dev', change, absent)).toContain(words)
  })

  it('is told of differences that a sync would take back all the same', () => {
    const faults = told('ocr-dev', (spec) => {
      spec.syncPolicy.syncOptions = ['ServerSideApply=true']
    })
    expect(faults).toContain('ocr-dev overlooks differences and syncs them away')
  })

  it('is told of a repository that is not allowed, and of a version that moves', () => {
    const faults = told('keda', (spec) => {
      spec.source.repoURL = 'https://github.com/example/keda.git'
      spec.source.targetRevision = 'main'
    })
    expect(faults).toContain('keda takes https://github.com/example/keda.git, which its project refuses')
    expect(faults).toContain('keda takes main of https://github.com/example/keda.git, which moves')
  })

  it('is told of two Applications with one name', () => {
    const twice = [...all, ...all.slice(-1)]
    expect(applicationFaults(twice, projects, () => true).join()).toContain('two Applications are called')
  })
})
