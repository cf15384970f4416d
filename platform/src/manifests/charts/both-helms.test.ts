import { describe, expect, it } from 'vitest'
import { eachAtOnce } from '../../system/each-at-once.ts'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { cache, root, toolFor } from '../../tools/tools.fixture.ts'
import { installed, platformIn } from '../releases.ts'
import { renderedBy } from '../render.fixture.ts'
import { faultsUnder } from './both-helms.ts'

const [four, three] = (await toolFor('both Helms', () => ensureHelms(cache))) ?? []

describe.skipIf(!four || !three)('both Helms', { timeout: 300_000 }, () => {
  // Production and every file of ci/ are what `make check` looks at.
  it.each(['dev', 'staging'])('make the same of everything in %s', async (environment) => {
    const found = await eachAtOnce(await installed(root, [environment]), async (release) => {
      const rendered = await renderedBy(four, release)
      return three ? faultsUnder(three, root, rendered) : ['there is no Helm 3']
    })
    expect(found.flat()).toEqual([])
  })

  it('are told apart where they do not', async () => {
    const { release, manifests } = await renderedBy(three, platformIn('production'))
    if (!three) throw new Error('there is no Helm 3')
    const other = { release, manifests: manifests.slice(1), text: 'something else' }
    expect((await faultsUnder(three, root, other)).join()).toContain('production/platform, Helm 3: it makes')
  })
})
