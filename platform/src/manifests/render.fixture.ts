import type { Helm } from '../tools/helm-and-kubectl.ts'
import { root } from '../tools/tools.fixture.ts'
import type { Release } from './releases.ts'
import { type Rendered, render } from './render.ts'

/** What a test expects to render. @throws {Error} with Helm's own words */
export async function renderedBy(
  helm: Helm | undefined,
  release: Release,
  more?: readonly string[],
): Promise<Rendered> {
  if (!helm) throw new Error('there is no Helm, and this should have been skipped')
  const outcome = await render(root, helm, release, more)
  if ('refusal' in outcome) throw new Error(`${release.title}: ${outcome.refusal}`)
  return outcome.rendered
}
