import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { answer, api } from '../api/api.ts'
import { tagsOf } from '../items/edit-item-dialog.tsx'
import { useGeneralText } from '../text/general.ts'
import { useWording } from '../text/refusals/refusals.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { Notice, ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { toast } from '../ui/toasts.tsx'
import type { Filter } from './filter.ts'
import { useProjectText } from './text.ts'

export type BulkAction = 'tag' | 'untag' | 'delete' | 'restore' | 'reprocess'
export type BulkTarget = { readonly ids: string[] } | { readonly filter: Filter }

/** What the services are told; `tags` belong to two of the actions alone. */
const bodyOf = (action: BulkAction, target: BulkTarget, tags: string[]) => ({
  action,
  ...target,
  ...(action === 'tag' || action === 'untag' ? { tags } : {}),
})

/** Says how many it will be before anything is changed, and how it went; what was deleted can be taken back. */
export function BulkDialog({
  projectId,
  action,
  target,
  onClose,
  onDone,
}: {
  projectId: string
  action: BulkAction
  target: BulkTarget
  onClose: () => void
  onDone: () => void
}) {
  const t = useProjectText()
  const general = useGeneralText()
  const wording = useWording()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [tags, setTags] = useState('')
  const params = { path: { id: projectId } }
  const wantsTags = action === 'tag' || action === 'untag'
  const counted = useQuery({
    queryKey: ['bulk', projectId, action, target],
    queryFn: () =>
      answer(
        api.POST('/api/v1/projects/{id}/bulk', {
          // Counting asks for no tags that somebody has yet to type.
          params,
          body: { ...bodyOf(action, target, ['-']), dryRun: true },
        }),
      ),
    gcTime: 0,
  })
  const refresh = () =>
    Promise.all(
      ['items', 'documents', 'voice-samples'].map((each) => client.invalidateQueries({ queryKey: [each] })),
    )
  const undo = async () => {
    if (!('ids' in target)) return
    await answer(
      api.POST('/api/v1/projects/{id}/bulk', { params, body: { action: 'restore', ids: target.ids } }),
    )
    await refresh()
  }
  const change = useMutation({
    mutationFn: () =>
      answer(
        api.POST('/api/v1/projects/{id}/bulk', {
          params,
          body: { ...bodyOf(action, target, tagsOf(tags)), dryRun: false },
        }),
      ),
    onSuccess: async (said) => {
      if ('taskId' in said) {
        toast(t('begun', { count: said.allowed }), {
          label: t('showTask'),
          run: () => navigate(`/operate/tasks/${said.taskId}?asked=1`),
        })
      } else {
        const mayUndo = action === 'delete' && 'ids' in target && said.done > 0
        toast(t('done', { count: said.done }), mayUndo ? { label: t('undo'), run: undo } : undefined)
        const [first] = said.failures
        if (first) {
          const reason = wording.ofProblem({ code: first.code, message: first.reason, more: {}, errors: [] })
          toast(t('notDone', { count: said.failures.length, reason }))
        }
      }
      await refresh()
      onDone()
    },
  })
  const error = counted.error ?? change.error
  const allowed = counted.data?.allowed ?? 0
  const others = (counted.data?.matching ?? 0) - allowed
  return (
    <Dialog title={t(action)} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        {!counted.data && !counted.error && <Skeleton lines={1} />}
        {counted.data && <p>{t('will', { count: allowed })}</p>}
        {others > 0 && <Notice kind="warn">{t('notAllowed', { count: others })}</Notice>}
        {action === 'delete' && <p>{t('toTrash')}</p>}
        {wantsTags && (
          <TextField
            label={t('tags')}
            hint={t('tagsHint')}
            value={tags}
            required
            onChange={(e) => setTags(e.target.value)}
          />
        )}
        {error && <ProblemNotice error={error} />}
        <DialogActions>
          <Button onClick={onClose}>{general('cancel')}</Button>
          <Button
            type="submit"
            kind={action === 'delete' ? 'danger' : 'primary'}
            disabled={allowed === 0 || change.isPending || (wantsTags && tagsOf(tags).length === 0)}
          >
            {t(action)}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
