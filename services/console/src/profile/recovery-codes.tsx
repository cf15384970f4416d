import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { download } from '../ui/download.ts'
import styles from './recovery-codes.module.css'
import { useProfileText } from './text.ts'

/** Shown once. @param onKept forgets them */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const t = useProfileText()
  const text = codes.join('\n')
  return (
    <Dialog title={t('codesTitle')} onClose={onKept}>
      <p>{t('codesWhy')}</p>
      <ul className={styles.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <DialogActions>
        <CopyButton text={text} />
        <Button onClick={() => download('alta-recovery-codes.txt', `${text}\n`, 'text/plain')}>
          {t('download')}
        </Button>
        <Button onClick={() => window.print()}>{t('print')}</Button>
        <Button kind="primary" onClick={onKept}>
          {t('kept')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
