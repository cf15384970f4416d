import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { daprRelease } from '../../daprd/version.ts'
import { run } from '../../system/run.ts'
import { ToolMissing } from '../../tools/missing.ts'

/** A Go module that holds definitions of kinds. None of them is committed here: a module is taken by its checksum. */
export interface DefinitionsModule {
  readonly module: string
  readonly version: string
  readonly folder: string
  /** File of argocd/platform/base that installs the same version. */
  readonly application?: string
  /** Version that is installed, where the module proxy does not have it and the one before has to do. */
  readonly standsFor?: string
}

/** Of every kind that our charts, `k8s/` and `argocd/` make and that is not Kubernetes' own. */
export const definitionsModules: readonly DefinitionsModule[] = [
  {
    module: 'github.com/argoproj/argo-cd/v3',
    version: 'v3.5.1',
    folder: 'manifests/crds',
  },
  {
    module: 'github.com/argoproj/argo-rollouts',
    version: 'v1.9.1',
    folder: 'manifests/crds',
    application: 'argo-rollouts',
  },
  {
    module: 'github.com/kedacore/keda/v2',
    version: 'v2.20.2',
    folder: 'config/crd/bases',
    application: 'keda',
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.93.0',
    folder: 'example/prometheus-operator-crd',
    application: 'prometheus-operator',
  },
  {
    module: 'github.com/dapr/dapr',
    version: `v${daprRelease}`,
    folder: 'charts/dapr/crds',
    application: 'dapr',
  },
  {
    module: 'istio.io/api',
    version: 'v1.30.3',
    folder: 'kubernetes',
    application: 'istio-base',
  },
  {
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.6.1',
    folder: 'config/crd/standard',
    application: 'gateway-api',
  },
  {
    module: 'github.com/cert-manager/cert-manager',
    version: 'v1.21.1',
    folder: 'deploy/crds',
    application: 'cert-manager',
  },
  {
    module: 'github.com/external-secrets/external-secrets',
    version: 'v1.3.2',
    folder: 'config/crds/bases',
    application: 'external-secrets',
  },
  {
    module: 'github.com/cloudnative-pg/cloudnative-pg',
    version: 'v1.30.0',
    folder: 'config/crd/bases',
    application: 'cloudnative-pg',
  },
  {
    module: 'github.com/cloudnative-pg/plugin-barman-cloud',
    version: 'v0.15.0',
    folder: 'config/crd/bases',
    application: 'barman-cloud',
    standsFor: 'v0.16.0',
  },
  {
    module: 'github.com/rabbitmq/cluster-operator/v2',
    version: 'v2.22.1',
    folder: 'config/crd/bases',
    application: 'rabbitmq-cluster-operator',
  },
  {
    module: 'github.com/rabbitmq/messaging-topology-operator',
    version: 'v1.20.1',
    folder: 'config/crd/bases',
    application: 'rabbitmq-topology-operator',
  },
]

const downloaded = z.looseObject({ Dir: z.string() })

/**
 * Paths of the files with a module's definitions, from Go's own cache, else fetched into it.
 * @throws {ToolMissing} when it cannot be fetched
 */
export async function definitionFiles(
  go: string,
  { module, version, folder }: DefinitionsModule,
): Promise<string[]> {
  const named = `${module}@${version}`
  const { code, stdout, stderr } = await run(go, ['mod', 'download', '-json', named], { timeout: 600_000 })
  if (code !== 0)
    throw new ToolMissing(`${named} could not be fetched: ${stderr || stdout}`, `go mod download ${named}`)
  const place = join(downloaded.parse(JSON.parse(stdout)).Dir, folder)
  const files = await readdir(place)
  return files
    .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    .sort()
    .map((file) => join(place, file))
}
