import { textOf } from '../text/text.ts'

export const useHomeText = textOf('homePage', {
  welcome: ['Good to see you, {{name}}', 'Bonjour, {{name}}'],
  mine: ['Reviews you have begun', 'Vos relectures commencées'],
  open: ['Open reviews', 'Relectures ouvertes'],
  failed: ['Files that failed', 'Fichiers en échec'],
  running: ['Running tasks', 'Tâches en cours'],
  letters: ['Dead letters', 'Lettres mortes'],
  stuck: ['Handlers that stand still', 'Traitements à l’arrêt'],
  recent: ['Latest documents', 'Derniers documents'],
  nothingWaits: ['Nothing waits for you', 'Rien ne vous attend'],
  all: ['Show all', 'Tout afficher'],
  document: ['Document', 'Document'],
  voice: ['Recording', 'Enregistrement'],
  confidence: ['Confidence {{percent}} %', 'Confiance {{percent}} %'],
  messages_one: ['{{count}} open message', '{{count}} message ouvert'],
  messages_other: ['{{count}} open messages', '{{count}} messages ouverts'],
  first: ['Three first steps', 'Trois premiers pas'],
  stepProject: ['Create a project: what belongs together.', 'Créez un projet : ce qui va ensemble.'],
  stepUpload: ['Upload a document or a recording into it.', 'Déposez-y un document ou un enregistrement.'],
  stepReview: ['Review what was read, and approve it.', 'Relisez ce qui a été lu, puis approuvez.'],
  begin: ['Create a project', 'Créer un projet'],
})
