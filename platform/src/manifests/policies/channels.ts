import { z } from 'zod'
import { fault, ofKind, type Policy } from './scene.ts'

const alertmanagerConfig = z.looseObject({
  route: z.looseObject({
    receiver: z.string(),
    routes: z.array(
      z.looseObject({
        receiver: z.string(),
        matchers: z.array(z.looseObject({ name: z.string(), value: z.string() })),
      }),
    ),
  }),
  receivers: z.array(z.looseObject({ name: z.string() })),
})
const rules = z.looseObject({
  groups: z.array(
    z.looseObject({
      rules: z.array(
        z.looseObject({
          alert: z.string().optional(),
          labels: z.looseObject({ severity: z.string().optional() }).default({}),
        }),
      ),
    }),
  ),
})

export const channels: Policy = {
  sentence: 'every alert is told to a channel that is there',
  faults: (scene) => {
    const severities = new Set(
      ofKind(scene, 'PrometheusRule').flatMap(({ object }) =>
        rules
          .parse(object.spec)
          .groups.flatMap((group) => group.rules)
          .flatMap(({ alert, labels }) => (alert ? [labels.severity ?? 'none'] : [])),
      ),
    )
    return ofKind(scene, 'AlertmanagerConfig').flatMap((placed) => {
      const { route, receivers } = alertmanagerConfig.parse(placed.object.spec)
      const names = receivers.map(({ name }) => name)
      const used = [route.receiver, ...route.routes.map(({ receiver }) => receiver)]
      const told = route.routes.flatMap(({ matchers }) =>
        matchers.flatMap(({ name, value }) => (name === 'severity' ? value.split('|') : [])),
      )
      return [
        ...used
          .filter((name) => !names.includes(name))
          .map((name) => fault(placed, `tells ${name}, which is no receiver`)),
        ...[...severities]
          .filter((severity) => !told.includes(severity))
          .map((severity) => fault(placed, `tells nobody of what is ${severity}`)),
      ]
    })
  },
}
