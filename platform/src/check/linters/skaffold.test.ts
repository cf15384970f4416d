import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cachedGoTools } from '../../tools/go-tools.ts'
import { ensureHelms } from '../../tools/helm-and-kubectl.ts'
import { skaffold } from '../../tools/linters.ts'
import { cache, root, toolFor } from '../../tools/tools.fixture.ts'
import { checkout } from './linters.fixture.ts'
import { renderBySkaffold } from './skaffold.ts'

const tools = await toolFor('skaffold', () => cachedGoTools(checkout, skaffold))
const [helm] = (await toolFor('skaffold', () => ensureHelms(cache))) ?? []

describe.skipIf(!tools || !helm)('skaffold', { timeout: 60_000 }, () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alta-skaffold-test-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  /** What it says of one service's profile after one word of the file was replaced. */
  async function said(word: string, by: string): Promise<string> {
    const file = join(folder, 'skaffold.yaml')
    const text = await readFile(join(root, 'skaffold.yaml'), 'utf8')
    expect(text).toContain(word)
    await writeFile(file, text.replaceAll(word, by))
    const place = { program: tools?.skaffold ?? '', helm: helm?.path ?? '', root, file, folder }
    return (await renderBySkaffold(place, 'ocr', ['localhost:5001/alta/ocr'])).join('\n')
  }

  it('takes its file and renders from it', async () => {
    expect(await said('kind: Config', 'kind: Config')).toBe('')
  })

  it('refuses a field that there is not', async () => {
    expect(await said('valuesFiles:', 'valueFiles:')).toContain('valueFiles')
  })

  it('refuses values that are not there', async () => {
    expect(await said('services/ocr/values.yaml', 'services/ocr/value.yaml')).toContain('value.yaml')
  })

  it('refuses a value that the chart does not know', async () => {
    expect(await said('image.tag: ', 'image.tagg: ')).toContain('tagg')
  })
})
