import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { skaffoldConfig } from './skaffold.ts'

const config = parse(skaffoldConfig(['ocr', 'events']))

it('builds and deploys each service, the platform before them', () => {
  expect(config.apiVersion).toBe('skaffold/v4beta14')
  expect(config.build.artifacts.map(({ image }: { image: string }) => image)).toEqual([
    'localhost:5001/alta/ocr',
    'localhost:5001/alta/events',
  ])
  const releases: { name: string; setValueTemplates: Record<string, string> }[] = config.deploy.helm.releases
  expect(releases.map(({ name }) => name)).toEqual(['platform', 'ocr', 'events'])
  expect(releases[1]?.setValueTemplates['image.tag']).toBe('{{.IMAGE_TAG_localhost_5001_alta_ocr}}')
})

it('has a profile for each service that leaves the others alone', () => {
  const ocr = config.profiles.find(({ name }: { name: string }) => name === 'ocr')
  const [artifacts, releases] = ocr.patches
  expect(artifacts.value).toHaveLength(1)
  expect(releases.value.map(({ name }: { name: string }) => name)).toEqual(['ocr'])
})

it('tells every release where spans go, in the profile that takes them', () => {
  const { patches } = config.profiles[0]
  const paths: string[] = patches.map(({ path }: { path: string }) => path)
  expect(paths.filter((path) => path.includes('setValues'))).toEqual([
    '/deploy/helm/releases/0/setValues',
    '/deploy/helm/releases/1/setValues/tracing.endpoint',
    '/deploy/helm/releases/2/setValues/tracing.endpoint',
  ])
})
