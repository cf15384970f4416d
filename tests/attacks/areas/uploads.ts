import { gzipSync } from 'node:zlib'
import { type Client, formWith } from '../../support/client.ts'
import type { Area } from '../area.ts'
import { pixel, wave } from '../files.ts'

/** Files that lie, that run, that unpack to more than there is room for; and how they are handed out. */
export const uploads: Area = {
  name: 'uploads and downloads',
  async attack({ clients, things: { projectId } }, tally) {
    const client = clients.get('project reviewer') as Client
    const upload = (bytes: Uint8Array, name: string, kind: string) =>
      client.call('POST', `/api/v1/projects/${projectId}/${kind}`, formWith(bytes, name))
    const zip = Buffer.from('504b0304140000000800', 'hex')
    const lies: [string, Buffer][] = [
      ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
      [
        'svg with a prologue',
        Buffer.from('<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'),
      ],
      ['html', Buffer.from('<!doctype html><script>alert(1)</script>')],
      ['a comment and html', Buffer.from('<!-- GIF89a --><html></html>')],
      ['zip', Buffer.concat([zip, Buffer.alloc(500)])],
      ['gzip of ten million zeros', gzipSync(Buffer.alloc(10_000_000))],
      ['executable', Buffer.concat([Buffer.from('7f454c46', 'hex'), Buffer.alloc(200)])],
      ['EICAR', Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*')],
      ['javascript', Buffer.from('alert(document.cookie)')],
      ['shell', Buffer.from('#!/bin/sh\nid\n')],
      [
        'xml with entities',
        Buffer.from(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "${'y'.repeat(99)}">]><a>&x;</a>`),
      ],
      ['utf-16 html', Buffer.from('<html><script>1</script></html>', 'utf16le')],
      ['nothing but NUL', Buffer.alloc(64)],
    ]
    for (const [what, bytes] of lies) {
      for (const [kind, name] of [
        ['documents', 'letter.png'],
        ['documents', 'letter.pdf'],
        ['voice-samples', 'voice.wav'],
      ] as const) {
        const { status, body } = await upload(bytes, name, kind)
        tally.note(`${what} as ${name}`, status === 415 || status === 400, { status, body })
      }
    }
    const names = [
      '../../etc/passwd',
      '..\\..\\boot.ini',
      '/etc/passwd',
      'a\0.png',
      'a"; filename="b.html',
      'a\r\nSet-Cookie: x=y',
      '\u202egnp.exe',
      'CON',
      '.htaccess',
      'a'.repeat(4_000),
      '<img src=x onerror=alert(1)>.html',
      'ｐ．ｈｔｍｌ',
      `${'\ud800'}.png`,
      '=cmd|calc.png',
    ]
    for (const name of names) {
      const polyglot = Buffer.concat([pixel(), Buffer.from('<script>alert(1)</script>')])
      const { status, body } = await upload(polyglot, name, 'documents')
      const shown = JSON.stringify(name).slice(0, 40)
      if (status !== 201) {
        tally.note(`a file called ${shown}`, status === 400, { status, body })
        continue
      }
      const { headers } = await client.call('GET', `/api/v1/documents/${body.id}/file`)
      const disposition = headers.get('content-disposition') ?? ''
      tally.note(`${shown} is handed out as a picture`, headers.get('content-type') === 'image/png', [
        ...headers,
      ])
      tally.note(`${shown} is saved, not shown`, disposition.startsWith('attachment;'), disposition)
      tally.note(`${shown} leads nowhere`, !/[\\/\0\r\n]|\.\./.test(decodeAll(disposition)), disposition)
      tally.note(`${shown} is not sniffed`, headers.get('x-content-type-options') === 'nosniff')
      tally.note(`${shown} sets nothing`, headers.get('set-cookie') === null)
      tally.note(
        `${shown} stays out of caches`,
        /no-store|private/.test(headers.get('cache-control') ?? ''),
        headers.get('cache-control'),
      )
    }
    const wav = await upload(wave(), 'a.html', 'voice-samples')
    const sound = await client.call('GET', `/api/v1/voice-samples/${wav.body.id}/file`)
    tally.note('a recording called html', /^audio\//.test(sound.headers.get('content-type') ?? ''), [
      ...sound.headers,
    ])
    await bodies(client, projectId, tally.note.bind(tally))
  },
}

const decodeAll = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

async function bodies(
  client: Client,
  projectId: string,
  note: (what: string, held: boolean, told?: unknown) => void,
): Promise<void> {
  const at = `/api/v1/projects/${projectId}/documents`
  const raw = (type: string, body: string | Uint8Array, more: Record<string, string> = {}) =>
    client.call('POST', at, body, { 'content-type': type, ...more })
  const refused = async (what: string, asked: ReturnType<typeof raw>, statuses: number[]) => {
    const { status, body } = await asked
    note(what, statuses.includes(status), { status, body })
  }
  const big = Buffer.concat([pixel(), Buffer.alloc(51 * 2 ** 20)])
  await refused('51 MiB', client.call('POST', at, formWith(big, 'a.png')), [413])
  await refused('multipart without a boundary', raw('multipart/form-data', 'x'), [400, 415])
  await refused(
    'a boundary of 1,000 letters',
    raw(`multipart/form-data; boundary=${'x'.repeat(1_000)}`, 'x'),
    [400, 415],
  )
  await refused(
    'multipart that ends in the middle',
    raw(
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nabc',
    ),
    [400],
  )
  const fields = Array.from(
    { length: 2_000 },
    (_, index) => `--x\r\nContent-Disposition: form-data; name="f${index}"\r\n\r\n1\r\n`,
  )
  await refused(
    '2,000 fields',
    raw('multipart/form-data; boundary=x', `${fields.join('')}--x--\r\n`),
    [400, 413],
  )
  await refused('JSON where a form belongs', raw('application/json', '{}'), [400, 415])
  const gzip = { 'content-encoding': 'gzip' }
  await refused(
    'a gzipped body',
    client.call('POST', '/api/v1/projects', gzipSync(Buffer.alloc(5_000_000, 32)), gzip),
    [400, 413, 415],
  )
  await refused(
    'a body in two encodings',
    client.call('POST', '/api/v1/projects', gzipSync('{}'), { 'content-encoding': 'gzip, gzip' }),
    [400, 415],
  )
  await refused(
    'JSON of 2 MiB',
    client.call('POST', '/api/v1/projects', `{"name":"${'x'.repeat(2_000_000)}"}`),
    [413],
  )
  await refused(
    'JSON of depth 100,000',
    client.call('POST', '/api/v1/projects', '['.repeat(100_000) + ']'.repeat(100_000)),
    [400, 413],
  )
  await refused(
    'JSON in UTF-16',
    client.call('POST', '/api/v1/projects', Buffer.from('{"name":"a"}', 'utf16le'), {
      'content-type': 'application/json; charset=utf-16',
    }),
    [400, 415],
  )
  await refused(
    'JSON in UTF-7',
    client.call('POST', '/api/v1/projects', '{"name":"+ADw-"}', {
      'content-type': 'application/json; charset=utf-7',
    }),
    [400, 415],
  )
}
