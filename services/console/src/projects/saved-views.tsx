import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { answer, api } from '../api/api.ts'
import { useMe } from '../session/session.ts'
import { useGeneralText } from '../text/general.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Checkbox, TextField } from '../ui/field.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { addressOfListing, type Listing } from './filter.ts'
import styles from './project.module.css'
import { type Project, viewsQuery } from './project.ts'
import { useProjectText } from './text.ts'

/** Filters and orders under a name: one's own, and those of the project. */
export function SavedViews({
  project,
  listing,
  onClose,
}: {
  project: Project
  listing: Listing
  onClose: () => void
}) {
  const t = useProjectText()
  const general = useGeneralText()
  const me = useMe()
  const client = useQueryClient()
  const { data: views, error } = useQuery(viewsQuery(project.id))
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const refresh = () => client.invalidateQueries({ queryKey: ['projects', project.id, 'views'] })
  const save = useMutation({
    mutationFn: () => {
      const { filter, sort, layout } = listing
      return answer(
        api.POST('/api/v1/projects/{id}/views', {
          params: { path: { id: project.id } },
          body: { name, shared, filter, sort, layout, columns: [] },
        }),
      )
    },
    onSuccess: async () => {
      setName('')
      await refresh()
    },
  })
  const remove = useMutation({
    mutationFn: (viewId: string) =>
      api.DELETE('/api/v1/projects/{id}/views/{viewId}', { params: { path: { id: project.id, viewId } } }),
    onSuccess: refresh,
  })
  const failed = error ?? save.error ?? remove.error
  return (
    <Dialog title={t('views')} onClose={onClose}>
      {views?.length === 0 && <p className={styles.quiet}>{t('noViews')}</p>}
      <ul className={styles.views}>
        {views?.map((view) => (
          <li key={view.id}>
            <Link
              to={`/projects/${project.id}?${addressOfListing({ ...view, trashed: false })}`}
              onClick={onClose}
            >
              {view.name}
            </Link>
            {view.shared && <Badge>{t('shared')}</Badge>}
            {(view.createdBy === me.id || project.role === 'owner') && (
              <IconButton label={t('removeView', { name: view.name })} onClick={() => remove.mutate(view.id)}>
                <Trash2 size={15} aria-hidden="true" />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <TextField
          label={t('viewName')}
          value={name}
          required
          maxLength={100}
          onChange={(e) => setName(e.target.value)}
        />
        {project.role !== 'viewer' && (
          <Checkbox label={t('shareView')} checked={shared} onChange={(e) => setShared(e.target.checked)} />
        )}
        {failed && <ProblemNotice error={failed} />}
        <DialogActions>
          <Button onClick={onClose}>{general('close')}</Button>
          <Button kind="primary" type="submit" disabled={save.isPending}>
            {t('saveView')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
