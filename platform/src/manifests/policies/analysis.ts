import { z } from 'zod'
import { fault, ofKind, type Policy } from './scene.ts'

export const metricsOfAnalyses: Policy = {
  sentence: 'a canary is judged by metrics that the services have',
  faults: (scene) =>
    ofKind(scene, 'AnalysisTemplate').flatMap((placed) =>
      [...JSON.stringify(placed.object.spec).matchAll(/\b(alta_[a-z0-9_]+)\b/g)]
        .map(([, name = '']) => name.replace(/_(bucket|count|sum)$/, ''))
        .filter((name, index, every) => every.indexOf(name) === index && !scene.facts.metrics.has(name))
        .map((name) => fault(placed, `asks for ${name}, which no service has`)),
    ),
}

const argument = z.looseObject({ name: z.string(), value: z.string().optional() })
const template = z.looseObject({ args: z.array(argument).default([]) })
const judge = z.looseObject({
  templates: z.array(z.looseObject({ templateName: z.string() })),
  args: z.array(argument).default([]),
})

/** An analysis without one of them ends in an error, and takes the rollout back with it. */
export const argumentsOfAnalyses: Policy = {
  sentence: 'an analysis is told everything that it asks with',
  faults: (scene) => {
    const templates = new Map(
      ofKind(scene, 'AnalysisTemplate').map(({ object }) => [
        object.metadata.name,
        template.parse(object.spec).args,
      ]),
    )
    const undeclared = ofKind(scene, 'AnalysisTemplate').flatMap((placed) => {
      const declared = templates.get(placed.object.metadata.name)?.map(({ name }) => name) ?? []
      const used = [...JSON.stringify(placed.object.spec).matchAll(/\{\{ *args\.([\w-]+) *\}\}/g)]
      return [...new Set(used.map(([, name = '']) => name))]
        .filter((name) => !declared.includes(name))
        .map((name) => fault(placed, `asks with ${name}, which it does not declare`))
    })
    const untold = ofKind(scene, 'Rollout').flatMap((placed) =>
      judgesIn(placed.object.spec).flatMap(({ templates: named, args }) =>
        named.flatMap(({ templateName }) =>
          (templates.get(templateName) ?? [])
            .filter(({ name, value }) => value === undefined && !args.some((one) => one.name === name))
            .map(({ name }) => fault(placed, `does not tell ${templateName} its ${name}`)),
        ),
      ),
    )
    return [...undeclared, ...untold]
  },
}

/** Wherever the strategy has an analysis. */
function judgesIn(node: unknown): z.infer<typeof judge>[] {
  if (Array.isArray(node)) return node.flatMap(judgesIn)
  if (typeof node !== 'object' || node === null) return []
  const found = judge.safeParse(node)
  return found.success ? [found.data] : Object.values(node).flatMap(judgesIn)
}
