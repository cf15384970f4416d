import { expect, it } from 'vitest'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../../tools/tools.fixture.ts'
import { platformIn } from '../releases.ts'
import { renderedBy } from '../render.fixture.ts'
import { faultsUnder } from './both-helms.ts'

const [, three] = (await toolFor('both Helms', () => ensureHelms(cache))) ?? []

// That they make the same of everything is what `make check` looks at.
it.skipIf(!three)(
  'both Helms are told apart where they make something else',
  { timeout: 60_000 },
  async () => {
    const { release, manifests } = await renderedBy(three, platformIn('production'))
    if (!three) throw new Error('there is no Helm 3')
    const other = { release, manifests: manifests.slice(1), text: 'something else' }
    expect((await faultsUnder(three, root, other)).join()).toContain('production/platform, Helm 3: it makes')
  },
)
