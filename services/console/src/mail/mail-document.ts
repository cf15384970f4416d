const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

const shown = words(`
  a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup dd del details div dl dt em
  figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p pre q s samp section small span
  strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr`)
/** Gone with what is in them. */
const swallowed = words(`
  script style template svg math object iframe noscript video audio head title select textarea noembed noframes xmp`)
/** Run or fetch something; the others are told of by nobody. */
const active = words('script svg math object iframe video audio embed link meta base form frame applet')
const attributes = words('alt title lang dir href src colspan rowspan width height align valign start')

const token =
  /<!--[\s\S]*?(?:-->|$)|<[!/?]?[a-z](?:"[^"]*"|'[^']*'|[^'"<>]){0,1000}>|<(?=[^a-z!/?])|[^<]+|</gi
const attribute = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?/g

/**
 * A mail as the frame may show it. That nothing in it does anything is up to the frame's sandbox and policy, whatever
 * gets through here; this takes out what they refuse, so that it can be told and the browser has nothing to complain of.
 * A parser would be no help: what it makes is under the page's policy too, and complains.
 * @returns how many parts are missing that would have run or been fetched
 */
export function frameable(html: string): { document: string; leftOut: number } {
  let leftOut = 0
  let inside: string | undefined
  const kept: string[] = []
  for (const [part] of html.matchAll(token)) {
    const [, slash, name = ''] = /^<(\/?)([a-z][^\s/>]*)/i.exec(part)?.map((each) => each.toLowerCase()) ?? []
    if (inside !== undefined) {
      if (slash && name === inside) inside = undefined
    } else if (name === '') {
      if (!part.startsWith('<')) kept.push(part)
      else if (part === '<') kept.push('&lt;')
    } else if (slash) {
      if (shown.has(name)) kept.push(`</${name}>`)
    } else {
      const own = attributesOf(part.slice(name.length + 1))
      leftOut += own.leftOut + (active.has(name) ? 1 : 0)
      if (shown.has(name))
        kept.push(`<${name}${own.kept}${name === 'a' ? ' target="_blank" rel="noreferrer"' : ''}>`)
      if (swallowed.has(name)) inside = name
    }
  }
  return { document: framed(kept.join('')), leftOut }
}

function attributesOf(text: string): { kept: string; leftOut: number } {
  let kept = ''
  let leftOut = 0
  for (const [, word = '', ...values] of text.matchAll(attribute)) {
    const name = word.toLowerCase()
    const value = values.find((each) => each !== undefined) ?? ''
    if (attributes.has(name) && isHarmless(name, value))
      kept += ` ${name}="${value.replaceAll('"', '&quot;')}"`
    else if (/^on|^(src|srcset|href|background|poster)$/.test(name)) leftOut += 1
  }
  return { kept, leftOut }
}

function isHarmless(name: string, value: string): boolean {
  if (name === 'href') return /^\s*(https?:|mailto:)/i.test(value)
  if (name === 'src') return /^data:image\/(png|jpeg|gif|webp);/i.test(value)
  return true
}

/** Old attributes stand for styles, of which the policy of the page allows none but those in the console's files. */
const framed = (body: string): string =>
  '<!doctype html><html><head>' +
  `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:">` +
  '</head><body bgcolor="#ffffff" text="#1b2430" link="#1f5fbf" topmargin="12" leftmargin="16">' +
  `<font face="system-ui, sans-serif">${body}</font></body></html>`
