import { describeCheckout } from '../../checkout.ts'
import type { Manifest } from '../../manifests/objects.ts'
import { installed, platformIn } from '../../manifests/releases.ts'
import { renderedBy } from '../../manifests/render.fixture.ts'
import { readSettings } from '../../settings.ts'
import type { Helm } from '../../tools/helm-and-kubectl.ts'
import { root } from '../../tools/tools.fixture.ts'

export const checkout = describeCheckout(root, readSettings(root))

/** What stands at the edge in production: the gateway's release and the platform's. */
export async function edge(helm: Helm | undefined): Promise<Manifest[]> {
  const gateway = (await installed(root, ['production'])).find(({ name }) => name === 'gateway')
  if (!gateway) throw new Error('there is no service gateway')
  const releases = await Promise.all([gateway, platformIn('production')].map((one) => renderedBy(helm, one)))
  return releases.flatMap(({ manifests }) => manifests)
}
