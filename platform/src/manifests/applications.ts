import { z } from 'zod'
import { type Manifest, manifestsOf } from './objects.ts'

const labels = z.record(z.string(), z.string())
const application = z.looseObject({
  spec: z.looseObject({
    source: z.looseObject({ path: z.string().optional() }).optional(),
    destination: z.looseObject({ namespace: z.string() }),
    syncPolicy: z
      .looseObject({
        syncOptions: z.array(z.string()).default([]),
        managedNamespaceMetadata: z.looseObject({ labels }).optional(),
      })
      .optional(),
  }),
})

/** The namespace that an Application puts the objects into that name none. */
export const destinationOf = (object: Manifest): string =>
  application.parse(object).spec.destination.namespace

/** The folder of this repository that it renders; undefined for what comes from elsewhere, or from several places. */
export const pathOf = (object: Manifest): string | undefined => application.parse(object).spec.source?.path

/**
 * Namespaces that Applications make, with the labels that they give them.
 * @throws {Error} when two of them would give one namespace different labels, again and again
 */
export function namespacesOf(applications: readonly Manifest[]): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>()
  for (const object of applications) {
    const { destination, syncPolicy } = application.parse(object).spec
    if (!syncPolicy?.syncOptions.includes('CreateNamespace=true')) continue
    const wanted = syncPolicy.managedNamespaceMetadata?.labels ?? {}
    const before = found.get(destination.namespace)
    if (before && !sameLabels(before, wanted))
      throw new Error(`${object.metadata.name} gives ${destination.namespace} other labels than those before`)
    found.set(destination.namespace, wanted)
  }
  return found
}

const sameLabels = (a: Record<string, string>, b: Record<string, string>): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort())

const set = z.looseObject({
  spec: z.looseObject({
    generators: z.tuple([
      z.looseObject({
        matrix: z.looseObject({
          generators: z.array(z.looseObject({ list: z.looseObject({ elements: z.array(labels) }) })),
        }),
      }),
    ]),
    template: z.looseObject({}),
  }),
})

/** Lists of parameters that our ApplicationSet crosses, in its order. */
export const listsOf = (applicationSet: Manifest): Record<string, string>[][] =>
  set.parse(applicationSet).spec.generators[0].matrix.generators.map(({ list }) => list.elements)

/**
 * The Applications that the controller makes of our ApplicationSet: its template for each service in each environment.
 * @throws {Error} for a parameter that no list has
 */
export function applicationsOf(applicationSet: Manifest): Manifest[] {
  const { template } = set.parse(applicationSet).spec
  const namespace = applicationSet.metadata.namespace
  const whole = JSON.stringify({ apiVersion: applicationSet.apiVersion, kind: 'Application', ...template })
  const crossed = listsOf(applicationSet).reduce<Record<string, string>[]>(
    (sofar, list) => sofar.flatMap((some) => list.map((more) => ({ ...some, ...more }))),
    [{}],
  )
  return crossed
    .map((parameters) =>
      whole.replace(/\{\{\.([a-z]+)\}\}/g, (_, name: string) => {
        const value = parameters[name]
        if (value === undefined) throw new Error(`no parameter ${name}`)
        return value
      }),
    )
    .flatMap(manifestsOf)
    .map((made) => ({ ...made, metadata: { ...made.metadata, ...(namespace ? { namespace } : {}) } }))
}
