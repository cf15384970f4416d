import { useState } from 'react'
import { useGeneralText } from '../../text/general.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextArea } from '../../ui/field.tsx'
import { useReviewText } from '../text.ts'
import type { Asking } from './use-desk.ts'

/** Says what will happen, and asks why: whoever comes next reads it. */
export function ReasonDialog({
  verdict,
  onGiven,
  onClose,
}: {
  verdict: Asking
  onGiven: (reason: string) => void
  onClose: () => void
}) {
  const t = useReviewText()
  const general = useGeneralText()
  const [reason, setReason] = useState('')
  const give = () => {
    if (reason.trim()) onGiven(reason.trim())
  }
  return (
    <Dialog title={t(verdict === 'sent-back' ? 'sendBack' : 'reject')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          give()
        }}
      >
        <p>{t(verdict === 'sent-back' ? 'sendBackMeans' : 'rejectMeans')}</p>
        <TextArea
          label={t('reason')}
          required
          rows={3}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            give()
          }}
        />
        <DialogActions>
          <Button onClick={onClose}>{general('cancel')}</Button>
          <Button
            kind={verdict === 'rejected' ? 'danger' : 'primary'}
            type="submit"
            disabled={!reason.trim()}
          >
            {t(verdict === 'sent-back' ? 'sendBack' : 'reject')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
