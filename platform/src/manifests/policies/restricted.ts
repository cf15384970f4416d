import { type Container, containersOf, type Pod, podOf } from '../objects.ts'
import { fault, type Policy } from './scene.ts'

/** What the level `restricted` of Pod Security allows as a volume. */
const volumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]

/** Kubernetes' own level `restricted`, and beyond it what lets an intruder find nothing. */
export const restricted: Policy = {
  sentence: 'every pod passes Pod Security “restricted”, writes nowhere but /tmp, and says what it takes',
  faults: ({ all }) =>
    all.flatMap((placed) => {
      const pod = podOf(placed.object)
      if (!pod) return []
      const wrong = [
        ...podFaults(pod),
        ...containersOf(pod).flatMap((one) => containerFaults(one).map((text) => `${one.name} ${text}`)),
      ]
      return wrong.map((text) => fault(placed, text))
    }),
}

function podFaults({ spec }: Pod): string[] {
  const security = spec.securityContext
  const unlike = spec.volumes.flatMap(({ name, ...kind }) =>
    Object.keys(kind).every((word) => volumes.includes(word))
      ? []
      : [`volume ${name} is of a kind that is not allowed`],
  )
  return [
    ...(security?.runAsNonRoot ? [] : ['may run as root']),
    ...(security?.runAsUser === 65532 ? [] : ['does not run as 65532']),
    ...(security?.seccompProfile?.type === 'RuntimeDefault' ? [] : ['has no seccomp profile']),
    ...(spec.hostNetwork || spec.hostPID || spec.hostIPC ? ['shares something with its node'] : []),
    ...(spec.automountServiceAccountToken === undefined ? ['does not say whether it needs a token'] : []),
    ...(spec.enableServiceLinks === false ? [] : ['gets every Service as environment']),
    ...unlike,
  ]
}

/** Only with images for developers, which the chart refuses where a digest is wanted. */
const isWatched = ({ args }: Container): boolean => args.includes('--watch')

function containerFaults(container: Container): string[] {
  const { securityContext, resources } = container
  const { requests = {}, limits = {} } = resources ?? {}
  return [
    ...(securityContext?.allowPrivilegeEscalation === false ? [] : ['may gain privileges']),
    ...(securityContext?.privileged ? ['is privileged'] : []),
    ...(securityContext?.runAsUser === 0 ? ['runs as root'] : []),
    ...(securityContext?.readOnlyRootFilesystem || isWatched(container) ? [] : ['can write to its image']),
    ...(securityContext?.capabilities?.drop?.includes('ALL') ? [] : ['keeps capabilities']),
    ...(securityContext?.capabilities?.add?.length ? ['adds capabilities'] : []),
    ...(requests.cpu && requests.memory ? [] : ['does not say what it takes']),
    ...(limits.memory && limits.memory === requests.memory ? [] : ['may take more memory than it asked for']),
    ...(limits.cpu ? ['is throttled where there is CPU to spare'] : []),
  ]
}
