import { type RecognisedDocument, recognisedDocument } from '@alta/contracts/resources/recognition'
import type { Kind } from '../intake/kind.ts'
import { documentEvents } from './document.events.ts'
import { insertPages, listPages, type PageSummary } from './page.repository.ts'
import { filesOfPages, savePictures } from './page-picture.repository.ts'

export const documentKind: Kind<RecognisedDocument, PageSummary> = {
  name: 'document',
  table: 'documents',
  noun: 'document',
  idName: 'documentId',
  codes: { notFound: 'document_not_found', duplicate: 'duplicate_document' },
  announce: documentEvents,
  result: recognisedDocument,
  textOf: (content) => content.pages.map((page) => page.text).join('\n\n'),
  durationOf: () => null,
  filesOf: (content) => filesOfPages(content.pages),
  async saveParts(tx, key, content) {
    await insertPages(tx, key, content.pages)
    await savePictures(tx, key, content.pages)
  },
  listParts: listPages,
}
