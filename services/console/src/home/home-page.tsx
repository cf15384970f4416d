import { Link } from 'react-router'
import { addressOf } from '../items/item.ts'
import { SubjectTitle } from '../reviews/subject-title.tsx'
import { useMay, useMe } from '../session/session.ts'
import { useGeneralText } from '../text/general.ts'
import { useWording } from '../text/refusals/refusals.ts'
import { LinkButton } from '../ui/button.tsx'
import { Empty } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import styles from './home-page.module.css'
import { Operations } from './operations.tsx'
import { Panel } from './panel.tsx'
import { useHomeText } from './text.ts'
import { useWaiting } from './use-waiting.ts'

/** What waits for whoever is signed in. */
export function Component() {
  const general = useGeneralText()
  const t = useHomeText()
  const wording = useWording()
  const me = useMe()
  const may = useMay()
  const { projects, mine, open, failed, failedRecordings, running, recent } = useWaiting()
  const nameOf = (id: string) => projects.data?.find((project) => project.id === id)?.name ?? '…'
  const isNew = projects.data?.length === 0
  const isQuiet = [mine, open, failed, failedRecordings, running].every(({ data }) => data?.length === 0)

  return (
    <Page title={general('home')}>
      <p className={styles.welcome}>{t('welcome', { name: me.name })}</p>
      {isNew ? (
        <Empty title={t('first')}>
          <ol className={styles.steps}>
            <li>{t('stepProject')}</li>
            <li>{t('stepUpload')}</li>
            <li>{t('stepReview')}</li>
          </ol>
          <LinkButton kind="primary" to="/projects?new=true">
            {t('begin')}
          </LinkButton>
        </Empty>
      ) : (
        isQuiet && <p className={styles.quiet}>{t('nothingWaits')}</p>
      )}
      <Panel
        title={t('mine')}
        to="/reviews"
        asked={mine}
        rowKey={({ id }) => id}
        row={({ id, kind, subjectId, projectId, updatedAt }) => (
          <>
            <Link to={`/reviews/${id}`}>
              <SubjectTitle kind={kind} subjectId={subjectId} />
            </Link>
            <span className={styles.quiet}>
              {t(kind)} · {nameOf(projectId)} · <Time at={updatedAt} />
            </span>
          </>
        )}
      />
      <Panel
        title={t('open')}
        to="/reviews?status=open"
        asked={open}
        rowKey={({ id }) => id}
        row={({ id, kind, subjectId, projectId, confidence, createdAt }) => (
          <>
            <Link to={`/reviews/${id}`}>
              <SubjectTitle kind={kind} subjectId={subjectId} />
            </Link>
            <span className={styles.quiet}>
              {t(kind)} · {nameOf(projectId)} · {t('confidence', { percent: Math.round(confidence * 100) })} ·{' '}
              <Time at={createdAt} />
            </span>
          </>
        )}
      />
      {(['document', 'voice'] as const).map((kind) => (
        <Panel
          key={kind}
          title={t(kind === 'voice' ? 'failedRecordings' : 'failed')}
          to="/projects"
          asked={kind === 'voice' ? failedRecordings : failed}
          rowKey={({ id }) => id}
          row={({ id, title, failure, updatedAt }) => (
            <>
              <Link to={addressOf({ kind, id })}>{title}</Link>
              <span className={styles.quiet}>
                {failure && wording.ofItem(failure).message} <Time at={updatedAt} />
              </span>
            </>
          )}
        />
      ))}
      <Panel
        title={t('running')}
        to={may('operations:read') ? '/operate/tasks' : '/projects'}
        asked={running}
        rowKey={({ id }) => id}
        row={({ type, progress, requestedAt }) => (
          <>
            <span>
              {type} · {progress.done}
              {progress.total !== null && ` / ${progress.total}`}
            </span>
            <Time at={requestedAt} />
          </>
        )}
      />
      {may('operations:read') && <Operations />}
      <Panel
        title={t('recent')}
        to="/projects"
        asked={recent}
        rowKey={({ id }) => id}
        row={({ id, title, projectId, createdAt }) => (
          <>
            <Link to={`/documents/${id}`}>{title}</Link>
            <span className={styles.quiet}>
              {nameOf(projectId)} · <Time at={createdAt} />
            </span>
          </>
        )}
      />
    </Page>
  )
}
