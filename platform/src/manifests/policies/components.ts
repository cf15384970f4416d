import { z } from 'zod'
import { fault, isWhole, ofKind, type Placed, type Policy, type Scene } from './scene.ts'

/** Settings that daprd 1.18.2 reads, of the types that we use; it ignores others without a word. */
const known: Readonly<Record<string, readonly string[]>> = {
  'pubsub.rabbitmq': [
    ...['connectionString', 'durable', 'deletedWhenUnused', 'deliveryMode', 'publisherConfirm', 'autoAck'],
    ...['requeueInFailure', 'prefetchCount', 'concurrencyMode', 'reconnectWaitSeconds', 'heartBeat'],
    ...['exchangeKind', 'enableDeadLetter', 'publishMessagePropertiesToMetadata'],
  ],
  'state.redis': [
    ...['redisHost', 'redisPassword', 'keyPrefix', 'enableTLS', 'redisMaxRetries', 'actorStateStore'],
    ...['outboxPublishPubsub', 'outboxPublishTopic', 'outboxPubsub', 'outboxDiscardWhenMissingState'],
  ],
  'secretstores.kubernetes': [],
}
/** Settings that name another component. */
const toComponents = ['outboxPublishPubsub', 'outboxPubsub']

const component = z.looseObject({
  spec: z.looseObject({
    type: z.string(),
    metadata: z
      .array(
        z.looseObject({
          name: z.string(),
          value: z.string().optional(),
          secretKeyRef: z.looseObject({ name: z.string() }).optional(),
        }),
      )
      .default([]),
  }),
  auth: z.looseObject({ secretStore: z.string() }).optional(),
  scopes: z.array(z.string()).default([]),
})
const rules = z.looseObject({
  rules: z.array(
    z.looseObject({ resources: z.array(z.string()), resourceNames: z.array(z.string()).default([]) }),
  ),
})

export const components: Policy = {
  sentence:
    'every component is of a type that is known, says nothing mistyped and is for services that are there',
  faults: (scene) => {
    const there = ofKind(scene, 'Component').map(({ object }) => object.metadata.name)
    return ofKind(scene, 'Component').flatMap((placed) => {
      const { spec, auth, scopes } = component.parse(placed.object)
      const names = known[spec.type]
      const others = [
        ...(auth ? [auth.secretStore] : []),
        ...spec.metadata.filter(({ name }) => toComponents.includes(name)).map(({ value = '' }) => value),
      ]
      const secrets = spec.metadata.flatMap(({ secretKeyRef }) => secretKeyRef?.name ?? [])
      return [
        ...(names ? [] : [fault(placed, `is of the type ${spec.type}, which is not known here`)]),
        ...spec.metadata
          .filter(({ name }) => names && !names.includes(name))
          .map(({ name }) => fault(placed, `sets ${name}, which ${spec.type} does not read`)),
        ...others
          .filter((name) => !there.includes(name))
          .map((name) => fault(placed, `names the component ${name}, which is not there`)),
        ...scopes
          .filter((app) => !scene.facts.calls.has(app))
          .map((app) => fault(placed, `is for ${app}, which is no service`)),
        ...unreadable(scene, placed, scopes, secrets),
      ]
    })
  },
}

/** Each sidecar reads its components' Secrets itself, by the Role of its service. */
const unreadable = (
  scene: Scene,
  placed: Placed,
  scopes: readonly string[],
  secrets: readonly string[],
): string[] =>
  isWhole(scene)
    ? scopes.flatMap((app) => {
        const role = ofKind(scene, 'Role').find(({ object }) => object.metadata.name === app)
        const readable = role
          ? rules
              .parse(role.object)
              .rules.flatMap((rule) => (rule.resources.includes('secrets') ? rule.resourceNames : []))
          : []
        return secrets
          .filter((name) => !readable.includes(name))
          .map((name) => fault(placed, `reads the Secret ${name}, which the sidecar of ${app} may not`))
      })
    : []
