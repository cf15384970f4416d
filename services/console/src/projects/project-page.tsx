import { useQuery } from '@tanstack/react-query'
import { type ComponentProps, useCallback, useMemo, useRef, useState } from 'react'
import { useParams, useSearchParams } from 'react-router'
import { RecorderDialog } from '../recording/recorder-dialog.tsx'
import { Button } from '../ui/button.tsx'
import { useNextPage } from '../ui/next-page.ts'
import { Awaited, Empty, Notice, ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { useShortcut } from '../ui/shortcuts.tsx'
import { useFileDrop } from '../uploads/file-drop.ts'
import { accepted } from '../uploads/file-kind.ts'
import { addFiles } from '../uploads/uploads.ts'
import { BulkBar } from './bulk-bar.tsx'
import { BulkDialog } from './bulk-dialog.tsx'
import { addressOfListing, isNarrowed, type Listing, listingOf } from './filter.ts'
import { FilterBar } from './filter-bar.tsx'
import { ItemGrid } from './item-grid.tsx'
import { ItemTable } from './item-table.tsx'
import { useItems } from './items-query.ts'
import styles from './project.module.css'
import { type Project, projectQuery } from './project.ts'
import { ProjectTabs } from './project-tabs.tsx'
import { SavedViews } from './saved-views.tsx'
import { useProjectText } from './text.ts'
import { useSelection } from './use-selection.ts'

export function Component() {
  const { id = '' } = useParams()
  const asked = useQuery(projectQuery(id))
  return asked.data ? <Intake key={id} project={asked.data} /> : <Awaited asked={asked} lines={12} />
}

/** Where files come in and are found again. */
function Intake({ project }: { project: Project }) {
  const t = useProjectText()
  const [query, setQuery] = useSearchParams()
  const listing = useMemo(() => listingOf(query), [query])
  const list = useItems(project.id, listing)
  const { items, total } = list
  const order = useMemo(() => items.map(({ id }) => id), [items])
  const selection = useSelection(order)
  const [isViews, setViews] = useState(false)
  const mayAdd = project.role !== 'viewer'
  const isTaking = mayAdd && !listing.trashed
  const take = useCallback((files: File[]) => addFiles(project.id, files), [project.id])
  const isOver = useFileDrop(isTaking ? take : undefined)
  const change = (next: Listing) => setQuery(addressOfListing(next), { replace: true })
  const onEnd = useNextPage(list)
  useShortcut('x', t('selectKey'), (event) => {
    const place = document.activeElement?.closest('[data-index]')?.getAttribute('data-index')
    const id = order[Number(place ?? -1)]
    if (id) selection.toggle(id, event.shiftKey)
  })
  useShortcut('Ctrl+a', t('selectAll'), items.length > 0 ? selection.selectAll : undefined)
  const View = listing.layout === 'grid' ? ItemGrid : ItemTable
  return (
    <Page
      title={project.name}
      full
      actions={isTaking && <Intakes projectId={project.id} take={take} />}
      below={
        <div className={styles.below}>
          <ProjectTabs project={project} />
          <FilterBar listing={listing} onChange={change} />
          <div className={styles.line}>
            <span className={styles.quiet} role="status">
              {list.isPending
                ? ''
                : total === null
                  ? t('countMany', { count: 10_000 })
                  : t('count', { count: total })}
            </span>
            <Button kind="quiet" onClick={() => setViews(true)}>
              {t('views')}
            </Button>
          </div>
          {mayAdd && <RetryCause project={project} listing={listing} isShown={items.length > 0} />}
          {mayAdd && (
            <BulkBar
              projectId={project.id}
              listing={listing}
              selection={selection}
              onDone={selection.clear}
            />
          )}
        </div>
      }
    >
      {list.error && <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton lines={10} />}
      {list.isSuccess && items.length === 0 && (
        <Nothing listing={listing} mayAdd={mayAdd} onClear={() => change({ ...listing, filter: {} })} />
      )}
      {items.length > 0 && (
        <View
          items={items}
          total={total}
          selection={selection}
          onEnd={onEnd}
          onTag={(tag) => change({ ...listing, filter: { ...listing.filter, tag } })}
        />
      )}
      {isOver && (
        <div className={styles.drop} aria-hidden="true">
          {t('drop')}
        </div>
      )}
      {isViews && <SavedViews project={project} listing={listing} onClose={() => setViews(false)} />}
    </Page>
  )
}

/** Ways in besides dropping and pasting. */
function Intakes({ projectId, take }: { projectId: string; take: (files: File[]) => void }) {
  const t = useProjectText()
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const [isRecording, setRecording] = useState(false)
  useShortcut('a', t('upload'), () => files.current?.click())
  useShortcut('m', t('record'), () => setRecording(true))
  const input: ComponentProps<'input'> = {
    type: 'file',
    multiple: true,
    hidden: true,
    onChange: ({ target }) => {
      take([...(target.files ?? [])])
      target.value = ''
    },
  }
  return (
    <>
      <Button kind="primary" shortcut="a" onClick={() => files.current?.click()}>
        {t('upload')}
      </Button>
      <Button onClick={() => folder.current?.click()}>{t('uploadFolder')}</Button>
      <Button shortcut="m" onClick={() => setRecording(true)}>
        {t('record')}
      </Button>
      <input {...input} ref={files} accept={accepted} aria-label={t('upload')} />
      <input {...input} ref={folder} webkitdirectory="" aria-label={t('uploadFolder')} />
      {isRecording && <RecorderDialog projectId={projectId} onClose={() => setRecording(false)} />}
    </>
  )
}

/** Where a list is of what has failed: all of it can be read again. */
function RetryCause({ project, listing, isShown }: { project: Project; listing: Listing; isShown: boolean }) {
  const t = useProjectText()
  const [isAsked, setAsked] = useState(false)
  const { filter, trashed } = listing
  const isOfFailed = filter.status?.length === 1 && filter.status[0] === 'failed'
  if (!isOfFailed || trashed || !isShown) return null
  return (
    <Notice kind="warn">
      <span className={styles.line}>
        <Button onClick={() => setAsked(true)}>{t('retryCause')}</Button>
      </span>
      {isAsked && (
        <BulkDialog
          projectId={project.id}
          action="reprocess"
          target={{ filter }}
          onClose={() => setAsked(false)}
          onDone={() => setAsked(false)}
        />
      )}
    </Notice>
  )
}

function Nothing({ listing, mayAdd, onClear }: { listing: Listing; mayAdd: boolean; onClear: () => void }) {
  const t = useProjectText()
  if (isNarrowed(listing))
    return (
      <Empty title={t('noMatch')}>
        <Button onClick={onClear}>{t('clearFilters')}</Button>
      </Empty>
    )
  if (listing.trashed)
    return (
      <Empty title={t('emptyTrash')}>
        <p>{t('emptyTrashWhy')}</p>
      </Empty>
    )
  return (
    <Empty title={t('empty')}>
      <p className={styles.how}>{mayAdd ? t('emptyHow') : t('emptyViewer')}</p>
    </Empty>
  )
}
