const longest = 200

/**
 * A sender's name for a file, made fit to show: no path, no control or direction characters, not endless.
 * Never used to open anything; files are kept by their hash.
 */
export function safeFileName(name: string | undefined): string {
  const last = (name ?? '').normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const clean = last.replaceAll(/\p{C}/gu, '').replaceAll(/\s+/g, ' ').trim()
  if (/^\.*$/.test(clean)) return 'file'
  const letters = [...clean]
  if (letters.length <= longest) return clean
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(clean)?.[0] ?? ''
  return letters.slice(0, longest - ending.length).join('') + ending
}

/** `Content-Disposition` (RFC 6266) that makes a browser keep a file instead of showing it in our origin. */
export function attachment(name: string): string {
  const safe = safeFileName(name)
  const ascii = safe.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(safe.toWellFormed()).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
