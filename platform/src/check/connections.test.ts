import { expect, it } from 'vitest'
import { manifestsOf } from '../manifests/objects.ts'
import { connectionFaults } from './connections.ts'

const database = (connections: number) =>
  manifestsOf(`
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: postgres }
spec: { postgresql: { parameters: { max_connections: "${connections}" } } }
`)
const service = (name: string, workload: string, more = '') => ({
  manifests: manifestsOf(`
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: ${name} }
spec: { ${workload} }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name} }
data: { POSTGRES_POOL_SIZE: "10" }
${more}`),
})
const scaled = (kind: string, most: string) => `---
apiVersion: any/v1
kind: ${kind}
metadata: { name: scaler }
spec: { scaleTargetRef: { name: ocr }, ${most} }
`

it('counts the pool of every replica, and of one more while they are replaced', () => {
  const services = [service('tasks', 'replicas: 2'), service('reviews', 'replicas: 1')]
  expect(connectionFaults('production', services, database(70))).toEqual([])
  expect(connectionFaults('production', services, database(69))).toEqual([
    expect.stringMatching(/^production: .* open 50 connections, and PostgreSQL takes 69/),
  ])
})

it.each([
  ['HorizontalPodAutoscaler', 'maxReplicas: 6'],
  ['ScaledObject', 'maxReplicaCount: 6'],
])('counts as many replicas as a %s may want', (kind, most) => {
  const services = [service('ocr', '', scaled(kind, most))]
  expect(connectionFaults('production', services, database(90))).toEqual([])
  expect(connectionFaults('production', services, database(89))).toHaveLength(1)
})

it('says nothing about a database that somebody else keeps', () => {
  expect(connectionFaults('ci/deployment', [service('ocr', 'replicas: 50')], [])).toEqual([])
})
