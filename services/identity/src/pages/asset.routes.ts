import { type RawHandler, type Route, rawRoute } from '@alta/kit/http/route'
import { script, style } from './assets.ts'
import { SCRIPT_PATH, STYLE_PATH } from './page.ts'

const send =
  (mediaType: string, body: string): RawHandler =>
  async (_request, response) => {
    response.writeHead(200, {
      'content-type': `${mediaType}; charset=utf-8`,
      'cache-control': 'public, max-age=300',
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
    return undefined
  }

export const assetRoutes: Route[] = [
  rawRoute({
    method: 'get',
    path: STYLE_PATH,
    summary: 'Style of the pages',
    tag: 'pages',
    answers: { 200: { description: 'Style sheet', mediaTypes: ['text/css'] } },
    raw: send('text/css', style),
  }),
  rawRoute({
    method: 'get',
    path: SCRIPT_PATH,
    summary: 'Fills the token of a link into its field',
    tag: 'pages',
    answers: { 200: { description: 'Script', mediaTypes: ['text/javascript'] } },
    raw: send('text/javascript', script),
  }),
]
