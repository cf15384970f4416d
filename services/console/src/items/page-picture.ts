import { type Document, type Item, isShown } from './item.ts'

/** Where the picture of a page is; undefined where there is none. With the version named, browsers keep it. */
export function imageOf(document: Document, page: number): string | undefined {
  const { id, version, pages } = document
  const summary = pages.find(({ number }) => number === page)
  if (summary && 'image' in summary && summary.image)
    return `/api/v1/documents/${id}/pages/${page}/image?version=${version}`
  // What is one picture needs none drawn.
  if (isShown(document)) return `/api/v1/documents/${id}/file?version=${version}`
  return undefined
}

export function thumbnailOf({ id, version, pages }: Document, page: number): string | undefined {
  const summary = pages.find(({ number }) => number === page)
  return summary && 'thumbnail' in summary && summary.thumbnail
    ? `/api/v1/documents/${id}/pages/${page}/thumbnail?version=${version}`
    : undefined
}

/** The first page of a document in small; undefined until it is read, which is when the picture is drawn. */
export const coverOf = ({
  kind,
  id,
  version,
  status,
}: Pick<Item, 'kind' | 'id' | 'version' | 'status'>): string | undefined =>
  kind === 'document' && ['in_review', 'approved', 'rejected'].includes(status)
    ? `/api/v1/documents/${id}/thumbnail?version=${version}`
    : undefined
