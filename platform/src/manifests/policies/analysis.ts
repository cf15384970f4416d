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
