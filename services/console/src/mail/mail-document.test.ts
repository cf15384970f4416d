import { expect, test } from 'vitest'
import { frameable } from './mail-document.ts'

const bodyOf = (html: string): string =>
  frameable(html).document.match(/<font face="system-ui, sans-serif">([\s\S]*)<\/font><\/body>/)?.[1] ?? ''

test('words, headings, lists, tables and links stay as they are', () => {
  const table = '<table width="90%"><tr><th colspan="2">A &amp; B</th></tr><tr><td>1 < 2</td></tr></table>'
  expect(bodyOf(`<h1>Hello</h1>${table}<p>Yours<br>Ann</p>`)).toBe(
    `<h1>Hello</h1>${table.replace('1 < 2', '1 &lt; 2')}<p>Yours<br>Ann</p>`,
  )
  expect(bodyOf('<a HREF=https://example.org/?a=1&amp;b=2>Read</a>')).toBe(
    '<a href="https://example.org/?a=1&amp;b=2" target="_blank" rel="noreferrer">Read</a>',
  )
  expect(bodyOf('<img src="data:image/png;base64,AA==" alt="A dot">')).toBe(
    '<img src="data:image/png;base64,AA==" alt="A dot">',
  )
})

test.each([
  ['a script', '<script>run()</script>', 1],
  ['one that never ends', '<script>run()', 1],
  ['one in capitals, with spaces', '<SCRIPT\nasync >run("</p>")</ script></script >', 1],
  ['a picture from elsewhere', '<img src=http://example.org/pixel.png>', 1],
  ['what runs when something fails', `<img src='x' onerror="run('>')">`, 2],
  ['a link that runs', '<a href=" javascript:run()">', 1],
  ['a drawing', '<svg onload=run()><script>run()</script></svg>', 2],
  ['a frame', '<iframe srcdoc="<p>hidden</p>"></iframe>', 1],
  ['another address to begin at', '<base href="http://example.org">', 1],
  ['a page to go to', '<meta http-equiv="refresh" content="0;url=http://example.org">', 1],
  ['a style sheet', '<link rel="stylesheet" href="http://example.org">', 1],
  ['a form', '<form action="http://example.org"><input name="a">', 1],
  ['a comment', '<!-- <script>run()</script> -->', 0],
  ['styles', '<style>p { color: red }</style>', 0],
])('%s is left out, and the words after it stay', (_what, html, leftOut) => {
  const body = bodyOf(`${html}</form></a><p style="color: red">After</p>`)
  expect(body).not.toMatch(/run|example\.org|hidden|style|script|<(svg|iframe|base|meta|link|form|input)/i)
  expect(frameable(html).leftOut).toBe(leftOut)
  if (html !== '<script>run()') expect(body).toMatch(/<p>After<\/p>$/)
})

test('a value cannot end its attribute', () => {
  expect(bodyOf(`<p title='"><script>run()</script>'>Hello</p>`)).toBe(
    '<p title="&quot;><script>run()</script>">Hello</p>',
  )
})

test('a mail that is nothing but beginnings does not hold the page up', () => {
  for (const beginning of ['<a ', '<a "', '<!', '<script>']) {
    const before = process.cpuUsage()
    frameable(beginning.repeat(50_000))
    expect(process.cpuUsage(before).user / 1_000_000).toBeLessThan(3)
  }
})
