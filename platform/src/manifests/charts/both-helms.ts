import type { Helm } from '../../tools/helm-and-kubectl.ts'
import type { Manifest } from '../objects.ts'
import { helmText, type Rendered, renderedFrom } from '../render.ts'

/** What is wrong when this Helm renders what another has rendered: it refuses, or makes something else of it. */
export async function faultsUnder(
  helm: Helm,
  root: string,
  { release, ...first }: Rendered,
): Promise<string[]> {
  const printed = await helmText(root, helm, release)
  const which = `${release.title}, Helm ${helm.major}:`
  if ('refusal' in printed) return [`${which} ${printed.refusal}`]
  // Most are alike to the letter, which is seen a hundred times faster than by reading them.
  if (withoutEmptyLines(printed.text) === withoutEmptyLines(first.text)) return []
  const second = renderedFrom(release, printed)
  if ('refusal' in second) return [`${which} ${second.refusal}`]
  const alike = shape(first.manifests) === shape(second.rendered.manifests)
  return alike ? [] : [`${which} it makes something else of it`]
}

/** The Helms differ in where they leave a line empty. */
const withoutEmptyLines = (text: string): string => text.replace(/\n[ \n]*\n/g, '\n').trim()

/** Without what is made up anew each time. */
const shape = (objects: readonly Manifest[]): string =>
  JSON.stringify(
    objects.map((object) =>
      object.kind === 'Secret' ? { ...object, data: Object.keys(object.data ?? {}) } : object,
    ),
  )
