import { textOf } from '../text/text.ts'

export const useMailText = textOf('mail', {
  notThere: ['No mail is caught here', 'Aucun courriel n’est intercepté ici'],
  notThereWhy: [
    'This platform sends its mail. Only one set up for development keeps mail to be read here.',
    'Cette plateforme envoie ses courriels. Seule une installation de développement les garde ici.',
  ],
  none: ['No mail yet', 'Aucun courriel'],
  noneWhy: [
    'Whatever the platform would send appears here: register somebody, or ask for a new password.',
    'Tout ce que la plateforme enverrait apparaît ici : inscrivez quelqu’un ou demandez un mot de passe.',
  ],
  choose: ['Choose a mail of the list.', 'Choisissez un courriel de la liste.'],
  list: ['Caught mail', 'Courriels interceptés'],
  to: ['To', 'À'],
  onlyTo: ['Only to', 'Seulement à'],
  subject: ['Subject', 'Objet'],
  received: ['Received', 'Reçu'],
  text: ['Text', 'Texte'],
  html: ['HTML', 'HTML'],
  plainly: ['Shown without styles.', 'Affiché sans mise en forme.'],
  leftOut_one: [
    'Shown without styles, and without {{count}} part that would have run or been fetched.',
    'Affiché sans mise en forme, et sans {{count}} élément qui se serait exécuté ou aurait été chargé.',
  ],
  leftOut_other: [
    'Shown without styles, and without {{count}} parts that would have run or been fetched.',
    'Affiché sans mise en forme, et sans {{count}} éléments qui se seraient exécutés ou auraient été chargés.',
  ],
  form: ['Form', 'Forme'],
  next: ['Next mail', 'Courriel suivant'],
  previous: ['Previous mail', 'Courriel précédent'],
  notifications: ['Notifications', 'Notifications'],
  noNotifications: ['No notifications', 'Aucune notification'],
  noNotificationsWhy: [
    'What Alta writes to you by mail is listed here.',
    'Ce qu’Alta vous écrit par courriel figure ici.',
  ],
  status: ['State', 'État'],
  queued: ['Queued', 'En attente'],
  sending: ['Being sent', 'En cours d’envoi'],
  sent: ['Sent', 'Envoyé'],
  retried: ['Tried again', 'Nouvel essai'],
  failed: ['Failed', 'Échoué'],
})
