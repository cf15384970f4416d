import { expect, it } from 'vitest'
import { applicationsOf, namespacesOf } from './applications.ts'
import { type Manifest, manifestsOf } from './objects.ts'

const applicationTo = (namespace: string, enforce: string, options = '[CreateNamespace=true]'): Manifest[] =>
  manifestsOf(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: to-${namespace}-${enforce} }
spec:
  destination: { namespace: ${namespace} }
  syncPolicy:
    syncOptions: ${options}
    managedNamespaceMetadata: { labels: { enforce: ${enforce} } }`)

it('a namespace has the labels that its Applications give it', () => {
  const applications = ['data', 'data', 'logs'].flatMap((one) => applicationTo(one, 'restricted'))
  expect([...namespacesOf(applications)]).toEqual([
    ['data', { enforce: 'restricted' }],
    ['logs', { enforce: 'restricted' }],
  ])
})

it('a namespace that an Application does not make is not made', () => {
  expect(namespacesOf(applicationTo('data', 'restricted', '[ServerSideApply=true]')).size).toBe(0)
})

it('two Applications that would change a namespace’s labels for ever are told', () => {
  const applications = [...applicationTo('data', 'restricted'), ...applicationTo('data', 'baseline')]
  expect(() => namespacesOf(applications)).toThrow('to-data-baseline gives data other labels')
})

const set = (name: string): Manifest => {
  const [made] = manifestsOf(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: services, namespace: argocd }
spec:
  generators:
    - matrix:
        generators:
          - list: { elements: [{ service: ocr }, { service: tasks }] }
          - list: { elements: [{ environment: dev }, { environment: staging }] }
  template: { metadata: { name: "${name}" } }`)
  if (!made) throw new Error('it is empty')
  return made
}

it('an ApplicationSet makes one Application for each service in each environment', () => {
  expect(applicationsOf(set('{{.service}}-{{.environment}}')).map(({ metadata }) => metadata)).toMatchObject([
    { name: 'ocr-dev', namespace: 'argocd' },
    { name: 'ocr-staging', namespace: 'argocd' },
    { name: 'tasks-dev', namespace: 'argocd' },
    { name: 'tasks-staging', namespace: 'argocd' },
  ])
})

it('a parameter that no list has is told', () => {
  expect(() => applicationsOf(set('{{.sevice}}'))).toThrow('no parameter sevice')
})
