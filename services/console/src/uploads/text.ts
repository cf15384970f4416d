import { textOf } from '../text/text.ts'

export const useUploadText = textOf('uploads', {
  title: ['Uploads', 'Envois'],
  open: ['Show uploads', 'Afficher les envois'],
  hide: ['Hide uploads', 'Masquer les envois'],
  underWay_one: ['{{count}} file on its way', '{{count}} fichier en route'],
  underWay_other: ['{{count}} files on their way', '{{count}} fichiers en route'],
  onHold_one: ['{{count}} file waits for you', '{{count}} fichier vous attend'],
  onHold_other: ['{{count}} files wait for you', '{{count}} fichiers vous attendent'],
  allOver: ['All uploads have ended', 'Tous les envois sont terminés'],
  progress: ['{{name}}: how much has been sent', '{{name}} : part envoyée'],
  pause: ['Pause {{name}}', 'Suspendre {{name}}'],
  resume: ['Go on with {{name}}', 'Reprendre {{name}}'],
  retry: ['Try {{name}} again', 'Réessayer {{name}}'],
  cancel: ['Cancel {{name}}', 'Annuler {{name}}'],
  dismiss: ['Take {{name}} off this list', 'Retirer {{name}} de cette liste'],
  clear: ['Clear what has ended', 'Effacer les envois terminés'],
  waiting: ['Waiting for its turn', 'En attente'],
  sending: ['{{sent}} of {{size}}', '{{sent}} sur {{size}}'],
  paused: ['Paused at {{sent}} of {{size}}', 'Suspendu à {{sent}} sur {{size}}'],
  offline: ['No connection. It goes on by itself.', 'Pas de connexion. L’envoi reprendra de lui-même.'],
  lost: [
    '{{sent}} of {{size}} are here. Choose the file again to go on.',
    '{{sent}} sur {{size}} sont arrivés. Choisissez à nouveau le fichier pour continuer.',
  ],
  choose: ['Choose the file', 'Choisir le fichier'],
  otherFile: [
    'That is another file: name and size differ.',
    'Ce n’est pas le même fichier : nom ou taille diffèrent.',
  ],
  done: ['Here, and being read', 'Arrivé, en cours de lecture'],
  duplicate: ['These bytes are in the project already', 'Ces données sont déjà dans le projet'],
  show: ['Show it', 'Afficher'],
  type: [
    'Not sent: only PDF, PNG, JPEG, TIFF, WebP, WAV, MP3, OGG, FLAC and M4A can be read.',
    'Non envoyé : seuls PDF, PNG, JPEG, TIFF, WebP, WAV, MP3, OGG, FLAC et M4A peuvent être lus.',
  ],
  content: [
    'Only PDF, PNG, JPEG, TIFF, WebP, WAV, MP3, OGG, FLAC and M4A can be read. Its content is none of them, whatever its name says: open it yourself, save it as one of these, and upload that.',
    'Seuls PDF, PNG, JPEG, TIFF, WebP, WAV, MP3, OGG, FLAC et M4A peuvent être lus. Son contenu n’en est pas, quel que soit son nom : ouvrez-le, enregistrez-le dans l’un de ces formats et envoyez le résultat.',
  ],
})
