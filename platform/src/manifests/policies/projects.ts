import { fault, type Policy } from './scene.ts'

/** What a chart's Applications belong to; see argocd/root/projects.yaml. */
const projectOf = { service: 'alta-services', platform: 'alta-environment' } as const

export const projects: Policy = {
  sentence: 'Argo CD may make everything that the charts consist of',
  faults: ({ all, facts }) =>
    all.flatMap((placed) => {
      const { apiVersion, kind } = placed.object
      const project = projectOf[placed.release.chart]
      const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
      return facts.kinds.get(project)?.has(`${group}/${kind}`)
        ? []
        : [fault(placed, `is of a kind that the project ${project} does not allow`)]
    }),
}
