import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { brokenImages, copiedBy, ignores } from './images.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

it('every image gets what its Dockerfile copies', async () => {
  expect(await brokenImages(root)).toEqual([])
})

it('reads what comes from the context and not what comes from another stage', () => {
  const text = `COPY a.json b.json ./
COPY --from=build /app /app
COPY --chown=1:1 services/\${SERVICE} \\
  services/
RUN echo COPY nothing`
  expect(copiedBy(text)).toEqual(['a.json', 'b.json', `services/\${SERVICE}`])
})

it('the last pattern that fits a path or a folder above it decides', () => {
  const ignored = ignores('# all\n*\n!services\n!platform/tools/dapr\n**/*.test.ts\n')
  expect(ignored('services/ocr/src')).toBe(false)
  expect(ignored('services/ocr/src/main.test.ts')).toBe(true)
  expect(ignored('platform/tools/dapr/go.mod')).toBe(false)
  expect(ignored('platform/tools/other')).toBe(true)
  expect(ignored('platform')).toBe(true)
})
