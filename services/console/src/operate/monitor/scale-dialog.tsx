import { useState } from 'react'
import { answer, api } from '../../api/api.ts'
import { TextField } from '../../ui/field.tsx'
import { toast } from '../../ui/toasts.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { startOver } from '../parts/pages.ts'
import type { Service } from './monitor.ts'
import { useMonitorText } from './text.ts'

export function ScaleDialog({ service, onClose }: { service: Service; onClose: () => void }) {
  const t = useMonitorText()
  const [wanted, setWanted] = useState(String(Math.max(1, service.replicas.length)))
  const replicas = Number(wanted)
  const isGood = Number.isInteger(replicas) && replicas >= 1 && replicas <= 20
  const ask = (count: number) =>
    answer(
      api.POST('/api/v1/monitor/services/{app}/scale', {
        params: { path: { app: service.app } },
        body: { replicas: count },
      }),
    )
  return (
    <ActionDialog
      title={t('scaleTitle', { app: service.app })}
      confirm={t('scaleNow', { count: isGood ? replicas : '…' })}
      possible={isGood}
      onClose={onClose}
      run={() => ask(replicas)}
      onDone={async (scaled) => {
        onClose()
        toast(t('scaled', scaled), { label: t('undo'), run: () => ask(scaled.before) })
        await startOver('monitor')
      }}
    >
      <p>{t('scaleWords', { now: service.replicas.length })}</p>
      <TextField
        label={t('scaleField')}
        type="number"
        min={1}
        max={20}
        required
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
    </ActionDialog>
  )
}
