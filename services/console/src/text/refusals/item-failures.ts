import type { ItemFailure } from './refusals.ts'

const tryAgain =
  'Relancez la lecture. Si elle échoue encore, prévenez les responsables de la plateforme ; rien n’est perdu.'
const engineAway =
  'Relancez la lecture plus tard : elle marchera dès que les responsables de la plateforme auront mis le moteur en service.'

/** Why an item could not be read, and what to do about it. */
export const itemFailures: Readonly<Record<string, Pick<ItemFailure, 'message' | 'action'>>> = {
  unreadable_file: {
    message: 'Le fichier est endommagé, incomplet ou protégé par un mot de passe.',
    action:
      'Ouvrez-le vous-même ; s’il s’ouvre, enregistrez-le à nouveau sans mot de passe et envoyez le résultat comme nouvelle version.',
  },
  image_too_large: {
    message: 'L’image a plus de pixels qu’il n’est possible d’en lire.',
    action:
      'Numérisez-la à une résolution de 300 à 400 points par pouce, ou réduisez-la, et envoyez le résultat comme nouvelle version.',
  },
  too_many_pages: {
    message: 'Le fichier a trop de pages pour être lu en une fois.',
    action: 'Divisez-le et envoyez les parties.',
  },
  recording_too_long: {
    message: 'L’enregistrement est trop long.',
    action: 'Découpez-le et envoyez les parties.',
  },
  unsupported_language: {
    message: 'Le moteur ne connaît pas la langue de cette pièce.',
    action:
      'Si la langue indiquée est fausse, corrigez-la et relancez la lecture ; sinon, demandez aux responsables de la plateforme un moteur qui la connaît.',
  },
  no_speech: {
    message: 'Personne ne parle dans l’enregistrement, ou trop bas pour être entendu.',
    action: 'Écoutez-le ; envoyez un enregistrement plus fort comme nouvelle version, ou supprimez-le.',
  },
  engine_missing: {
    message: 'Le moteur qui lit ces fichiers n’est pas installé ou pas configuré.',
    action: engineAway,
  },
  engine_failed: { message: 'Le moteur a échoué plusieurs fois sur ce fichier.', action: tryAgain },
  engine_refused: {
    message: 'Le moteur n’accepte pas cet enregistrement.',
    action: 'Convertissez-le en WAV ou en FLAC et envoyez le résultat comme nouvelle version.',
  },
  unreadable_result: { message: 'Le texte lu n’a pas pu être enregistré.', action: tryAgain },
  review_failed: { message: 'Le texte lu n’a pas pu être confié à la relecture.', action: tryAgain },
}
