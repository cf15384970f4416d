import { isRouteErrorResponse, useRouteError } from 'react-router'
import { ProblemNotice } from '../ui/notice.tsx'
import { NotFound } from './not-found.tsx'
import styles from './shell.module.css'

export function Failure() {
  const error = useRouteError()
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />
  return (
    <div className={styles.failure}>
      <ProblemNotice error={error} onRetry={() => window.location.reload()} />
    </div>
  )
}
