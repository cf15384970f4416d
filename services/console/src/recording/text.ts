import { textOf } from '../text/text.ts'

export const useRecordingText = textOf('recording', {
  title: ['Record', 'Enregistrer un son'],
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
  leaveTitle: ['Throw the recording away?', 'Jeter l’enregistrement ?'],
  leaveWhy: [
    'It has not been sent, and lies nowhere else. It goes on while you decide.',
    'Il n’a pas été envoyé et n’existe nulle part ailleurs. Il se poursuit pendant que vous décidez.',
  ],
  keep: ['Keep it', 'Le garder'],
  leave: ['Throw it away', 'Le jeter'],
  level: ['Loudness', 'Volume'],
  name: ['Name', 'Nom'],
  listen: ['What you have recorded', 'Votre enregistrement'],
  recordingOf: ['Recording {{at}}', 'Enregistrement {{at}}'],
  refused: [
    'The microphone is not available. Allow it for this site in the browser’s settings, or connect one.',
    'Le micro n’est pas disponible. Autorisez-le pour ce site dans le navigateur, ou branchez-en un.',
  ],
})
