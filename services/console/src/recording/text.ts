import { textOf } from '../text/text.ts'

export const useRecordingText = textOf('recording', {
  title: ['Record', 'Enregistrer'],
  why: [
    'Speak close to the microphone. Nothing is sent before you have listened to it.',
    'Parlez près du micro. Rien n’est envoyé avant que vous ayez réécouté.',
  ],
  start: ['Start recording', 'Commencer'],
  pause: ['Pause', 'Suspendre'],
  goOn: ['Go on', 'Reprendre'],
  end: ['Stop and listen', 'Arrêter et écouter'],
  again: ['Record again', 'Recommencer'],
  send: ['Send', 'Envoyer'],
  level: ['Loudness', 'Volume'],
  name: ['Name', 'Nom'],
  listen: ['What you have recorded', 'Votre enregistrement'],
  recordingOf: ['Recording {{at}}', 'Enregistrement {{at}}'],
  refused: [
    'The microphone is not available. Allow it for this site in the browser’s settings, or connect one.',
    'Le micro n’est pas disponible. Autorisez-le pour ce site dans le navigateur, ou branchez-en un.',
  ],
})
