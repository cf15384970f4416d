import { z } from 'zod'
import type { Manifest } from './objects.ts'

const source = z.looseObject({ repoURL: z.string(), path: z.string().optional() })
const application = z.looseObject({
  source: source.optional(),
  sources: z.array(source).default([]),
})

/**
 * The address that Argo CD knows this repository by, whatever its owners have made of it: that of the roots, which point
 * into argocd/.
 * @param isThere whether the repository has a path
 */
export function ownRepository(
  applications: readonly Manifest[],
  isThere: (path: string) => boolean,
): string | undefined {
  return applications
    .flatMap(({ spec }) => {
      const { source: one, sources } = application.parse(spec)
      return one ? [one, ...sources] : sources
    })
    .find(({ path }) => path?.startsWith('argocd/') && isThere(path))?.repoURL
}
