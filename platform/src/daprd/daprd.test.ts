import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { sidecarArguments } from './command.ts'
import { localConfiguration } from './configuration.ts'
import { splitBuildLog } from './daprd.ts'
import { goIsEnough } from './go.ts'

const ports = { http: 1, grpc: 2, internal: 3, metrics: 4 }

it('knows whether a Go is new enough for daprd', () => {
  expect(goIsEnough('go1.26.8 linux/amd64', '1.26.5')).toBe(true)
  expect(goIsEnough('go1.26.5', '1.26.5')).toBe(true)
  expect(goIsEnough('go1.26 linux/amd64', '1.26.5')).toBe(false)
  expect(goIsEnough('go1.19.8', '1.26.5')).toBe(false)
  expect(goIsEnough('go2.0', '1.26.5')).toBe(true)
  expect(goIsEnough('', '1.26.5')).toBe(false)
})

it('keeps every sidecar on the loopback address', () => {
  const args = sidecarArguments({ appId: 'ocr', appPort: 9, ports, root: '/r', configuration: '/c.yaml' })
  for (const flag of [
    '--dapr-listen-addresses',
    '--dapr-internal-grpc-listen-address',
    '--metrics-listen-address',
  ]) {
    expect(args[args.indexOf(flag) + 1]).toBe('127.0.0.1')
  }
  expect(args[args.indexOf('--max-body-size') + 1]).toBe('16Mi')
})

it('gives the gateway no app port, and lets uploads through where they pass', () => {
  const args = sidecarArguments({ appId: 'gateway', ports, root: '/r', configuration: '/c.yaml' })
  expect(args).not.toContain('--app-port')
  expect(args[args.indexOf('--max-body-size') + 1]).toBe('512Mi')
})

const template = `
spec:
  nameResolution: { component: sqlite, configuration: { connectionString: names.db, updateInterval: 5s } }
  tracing: { samplingRate: "1" }
`

it('names the checkout’s own file for name resolution', () => {
  const { spec } = parse(localConfiguration(template, '/checkout/names.db', ''))
  expect(spec.nameResolution.configuration).toEqual({
    connectionString: '/checkout/names.db',
    updateInterval: '5s',
  })
  expect(spec.tracing).toEqual({ samplingRate: '1' })
})

it('sends spans to a collector when there is one', () => {
  const { spec } = parse(localConfiguration(template, '/n.db', 'http://127.0.0.1:4318'))
  expect(spec.tracing.otel).toEqual({ endpointAddress: '127.0.0.1:4318', isSecure: false, protocol: 'http' })
})

it('tells the packages of a build from what it complains about', () => {
  const { packages, others } = splitBuildLog(`
$ go build -v -o daprd github.com/dapr/dapr/cmd/daprd
go: downloading github.com/google/shlex v0.0.0-20191202100458-e7afc7fbc510
internal/goarch
gopkg.in/yaml.v3
# github.com/dapr/dapr/pkg/x
pkg/x/y.go:3:1: no space left on device
github.com/dapr/components-contrib/bindings/aws/s3
`)
  expect(packages).toEqual([
    'internal/goarch',
    'gopkg.in/yaml.v3',
    'github.com/dapr/components-contrib/bindings/aws/s3',
  ])
  expect(others.slice(-2)).toEqual([
    '# github.com/dapr/dapr/pkg/x',
    'pkg/x/y.go:3:1: no space left on device',
  ])
})
