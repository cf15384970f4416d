import type { AnswerTo } from '../../api/api.ts'

type Document = AnswerTo<'/api/v1/documents/{id}', 'get'>

/** Formats of one page that browsers show; of others a picture is drawn while they are read. */
const shownByBrowsers = new Set(['image/png', 'image/jpeg', 'image/webp'])

/** Where the picture of a page is; undefined where there is none. With the version named, browsers keep it. */
export function imageOf(document: Document, page: number): string | undefined {
  const { id, version, mediaType, pages } = document
  const summary = pages.find(({ number }) => number === page)
  if (summary && 'image' in summary && summary.image)
    return `/api/v1/documents/${id}/pages/${page}/image?version=${version}`
  if (shownByBrowsers.has(mediaType)) return `/api/v1/documents/${id}/file?version=${version}`
  return undefined
}

export function thumbnailOf({ id, version, pages }: Document, page: number): string | undefined {
  const summary = pages.find(({ number }) => number === page)
  return summary && 'thumbnail' in summary && summary.thumbnail
    ? `/api/v1/documents/${id}/pages/${page}/thumbnail?version=${version}`
    : undefined
}
