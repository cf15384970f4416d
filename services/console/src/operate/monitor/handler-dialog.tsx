import { answer, api } from '../../api/api.ts'
import { toast } from '../../ui/toasts.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { startOver } from '../parts/pages.ts'
import { useMonitorText } from './text.ts'

/** Lets a handler rest, or go on. */
export function HandlerDialog({
  action,
  app,
  topic,
  onClose,
}: {
  action: 'pause' | 'resume'
  app: string
  topic: string
  onClose: () => void
}) {
  const t = useMonitorText()
  const options = { params: { path: { app, topic } } }
  const resume = () => answer(api.POST('/api/v1/monitor/services/{app}/handlers/{topic}/resume', options))
  return (
    <ActionDialog
      title={t(`${action}Title`, { app, topic })}
      confirm={t(`${action}Now`)}
      danger={action === 'pause'}
      onClose={onClose}
      run={async () => {
        if (action === 'resume') return (await resume()).released
        await answer(api.POST('/api/v1/monitor/services/{app}/handlers/{topic}/pause', options))
        return undefined
      }}
      onDone={async (released) => {
        onClose()
        if (released === undefined) {
          const undo = async () => {
            await resume()
            await startOver('monitor')
          }
          toast(t('paused'), { label: t('undo'), run: undo })
        } else {
          toast(t('resumed', { count: released }))
        }
        await startOver('monitor')
      }}
    >
      <p>{t(`${action}Words`)}</p>
    </ActionDialog>
  )
}
