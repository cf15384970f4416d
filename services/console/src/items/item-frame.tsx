import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router'
import { PersonName } from '../people/person-name.tsx'
import { projectQuery } from '../projects/project.ts'
import { useWording } from '../text/refusals/refusals.ts'
import { currentLanguage } from '../text/text.ts'
import { Badge } from '../ui/badge.tsx'
import { Notice } from '../ui/notice.tsx'
import { Page, Section } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { History } from './history.tsx'
import type { Document, Item } from './item.ts'
import { ItemActions } from './item-actions.tsx'
import styles from './item-page.module.css'
import { sizeOf } from './size.ts'
import { Confidence, StatusBadge } from './status-badge.tsx'
import { useItemText } from './text.ts'
import { Versions } from './versions.tsx'

export interface Tab {
  readonly key: string
  readonly label: string
  readonly content: () => ReactNode
}

/** The page of one item of either kind: what it says in the middle, facts and history at the right. */
export function ItemFrame({
  item,
  history,
  tabs,
  facts,
}: {
  item: Item
  history: Document['history']
  tabs: readonly Tab[]
  facts?: ReactNode
}) {
  const t = useItemText()
  const [query, setQuery] = useSearchParams()
  const { data: project } = useQuery(projectQuery(item.projectId))
  const mayChange = project !== undefined && project.role !== 'viewer'
  const all: readonly Tab[] = [
    ...tabs,
    { key: 'versions', label: t('versions'), content: () => <Versions item={item} mayChange={mayChange} /> },
  ]
  const shown = all.find(({ key }) => key === query.get('tab')) ?? all[0]
  return (
    <Page
      title={item.title}
      actions={<ItemActions item={item} mayChange={mayChange} isOwner={project?.role === 'owner'} />}
      below={<TrashOrFailure item={item} />}
    >
      <div className={styles.split}>
        <div className={styles.main}>
          <nav className={styles.tabs} aria-label={t('parts')}>
            {all.map(({ key, label }) => (
              <button
                key={key}
                type="button"
                aria-current={key === shown?.key ? 'page' : undefined}
                onClick={() => setQuery({ tab: key }, { replace: true })}
              >
                {label}
              </button>
            ))}
          </nav>
          {shown?.content()}
        </div>
        <aside className={styles.facts} aria-label={t('facts')}>
          <Section title={t('facts')}>
            <dl>
              <Fact name={t('status')}>
                <StatusBadge status={item.status} />
              </Fact>
              <Fact name={t('confidence')}>
                <Confidence value={item.confidence} />
              </Fact>
              {facts}
              <Fact name={t('project')}>
                <Link to={`/projects/${item.projectId}`}>{project?.name ?? '…'}</Link>
              </Fact>
              <Fact name={t('language')}>{item.language}</Fact>
              <Fact name={t('file')}>{item.fileName}</Fact>
              <Fact name={t('size')}>{sizeOf(item.size)}</Fact>
              <Fact name={t('uploadedBy')}>
                <PersonName id={item.uploadedBy} />
              </Fact>
              <Fact name={t('when')}>
                <Time at={item.createdAt} />
              </Fact>
              {item.tags.length > 0 && (
                <Fact name={t('tags')}>
                  {item.tags.map((tag) => (
                    <Badge key={tag}>{tag}</Badge>
                  ))}
                </Fact>
              )}
            </dl>
          </Section>
          <History entries={history} />
        </aside>
      </div>
    </Page>
  )
}

export const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className={styles.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

function TrashOrFailure({ item: { deletedAt, failure } }: { item: Item }) {
  const t = useItemText()
  const wording = useWording()
  const said = failure && wording.ofItem(failure)
  const exact = new Intl.DateTimeFormat(currentLanguage(), { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <>
      {deletedAt && <Notice kind="warn">{t('inTrash', { at: exact.format(new Date(deletedAt)) })}</Notice>}
      {said && (
        <Notice kind="bad">
          <strong>{said.message}</strong>
          <span>
            {t('whatToDo')} {said.action}
          </span>
          {failure.detail && <code>{failure.detail}</code>}
        </Notice>
      )}
    </>
  )
}
