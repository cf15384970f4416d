import { expect, it } from 'vitest'
import { anchorOf, relativeLinks } from './links.ts'

it('finds links to files and headings, and leaves addresses and code alone', () => {
  const text =
    'See [a](docs/a.md#how-it-works), [top](#top), [web](https://example.com) and `[not](this.md)`.'
  expect(relativeLinks(text)).toEqual([
    { path: 'docs/a.md', anchor: 'how-it-works' },
    { path: '', anchor: 'top' },
  ])
})

it('makes the anchors that GitHub makes', () => {
  expect(anchorOf('How it works')).toBe('how-it-works')
  expect(anchorOf('`make up`, and what then?')).toBe('make-up-and-what-then')
})
