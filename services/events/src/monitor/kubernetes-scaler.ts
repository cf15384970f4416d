import { conflict, notFound, type Problem, unavailable } from '@alta/kit/errors'
import { ApiException, AppsV1Api, CustomObjectsApi, KubeConfig, type V1Scale } from '@kubernetes/client-node'
import type { Scaler } from './scaler.ts'

/** The API server as a pod of the cluster sees it, with the pod's own service account. */
export function inCluster(): KubeConfig {
  const config = new KubeConfig()
  config.loadFromCluster()
  return config
}

/** The scale subresource of one kind of workload. */
interface Scales {
  read(name: string): Promise<V1Scale>
  replace(name: string, scale: V1Scale): Promise<unknown>
}

/**
 * Through the scale subresource of what runs a service and is named after it: its Deployment, else its Rollout. The
 * service account needs `get` and `update` on `deployments/scale` and `rollouts/scale` in this namespace, and nothing
 * else. Where an autoscaler owns the workload it has the last word.
 */
export function kubernetesScaler(config: KubeConfig, namespace: string): Scaler {
  const kinds = [deployments(config, namespace), rollouts(config, namespace)]
  return {
    async scale(app, replicas) {
      try {
        return await scaleFirst(kinds, app, replicas)
      } catch (error) {
        throw asProblem(app, error)
      }
    },
  }
}

async function scaleFirst(
  kinds: readonly Scales[],
  app: string,
  replicas: number,
): Promise<{ before: number }> {
  for (const [index, { read, replace }] of kinds.entries()) {
    const scale = await read(app).catch((error: unknown) => {
      if (index < kinds.length - 1 && error instanceof ApiException && error.code === 404) return undefined
      throw error
    })
    if (!scale) continue
    // With the version that was read: somebody else's change in between is a 409, and not undone.
    await replace(app, { ...scale, spec: { ...scale.spec, replicas } })
    return { before: scale.spec?.replicas ?? 0 }
  }
  throw new Error('no kind of workload was asked for')
}

function deployments(config: KubeConfig, namespace: string): Scales {
  const api = config.makeApiClient(AppsV1Api)
  return {
    read: (name) => api.readNamespacedDeploymentScale({ name, namespace }),
    replace: (name, body) => api.replaceNamespacedDeploymentScale({ name, namespace, body }),
  }
}

/** The client knows no Rollouts, but custom objects; a cluster without Argo Rollouts answers 404 as for any name. */
function rollouts(config: KubeConfig, namespace: string): Scales {
  const api = config.makeApiClient(CustomObjectsApi)
  const about = { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts', namespace }
  return {
    read: (name) => api.getNamespacedCustomObjectScale({ ...about, name }),
    replace: (name, body) => api.replaceNamespacedCustomObjectScale({ ...about, name, body }),
  }
}

function asProblem(app: string, error: unknown): Problem {
  if (!(error instanceof ApiException)) {
    return unavailable('cluster_unavailable', 'The cluster’s API server does not answer.', { cause: error })
  }
  if (error.code === 404) {
    const detail = `There is no Deployment and no Rollout ${app} in this namespace.`
    return notFound('service_not_found', detail, { cause: error })
  }
  if (error.code === 409) {
    return conflict('scaled_meanwhile', 'Somebody else has just scaled it. Look again.', { cause: error })
  }
  if (error.code === 401 || error.code === 403) {
    const detail =
      'This installation may not scale: its service account lacks deployments/scale or rollouts/scale.'
    return conflict('scaling_unavailable', detail, { cause: error })
  }
  return unavailable('cluster_unavailable', 'The cluster’s API server has failed.', { cause: error })
}
