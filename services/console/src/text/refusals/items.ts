import { sizeOf } from '../../items/size.ts'
import { numberIn, type RefusalWords } from './words.ts'

/** Projects, what is in them, and its way there. */
export const ofItems: RefusalWords = {
  project_not_found: 'Ce projet n’existe pas, ou vous n’y avez pas accès.',
  project_role_required: 'Votre rôle dans ce projet ne permet pas cette action.',
  member_not_found: 'Cette personne n’est pas membre du projet.',
  person_not_found: 'Aucun compte n’a cette adresse.',
  last_owner: 'Un projet a besoin d’un propriétaire : donnez d’abord ce rôle à quelqu’un d’autre.',
  too_many_members: 'Ce projet a atteint le nombre maximal de membres.',
  membership_required:
    'Pour agir sur autant de pièces à la fois, il faut être membre du projet. Devenez membre, ou choisissez-en moins.',
  view_not_found: 'Cette vue n’existe pas.',
  too_many_views: 'Vous avez atteint le nombre maximal de vues dans ce projet. Retirez-en une d’abord.',

  document_not_found: 'Ce document n’existe pas, ou vous n’y avez pas accès.',
  voice_sample_not_found: 'Cet enregistrement n’existe pas, ou vous n’y avez pas accès.',
  item_not_found: 'Cette pièce n’existe pas dans le projet.',
  version_not_found: 'Cette version n’existe pas.',
  page_not_found: 'Cette page n’existe pas, ou n’a pas été lue.',
  document_not_read: 'Cette version n’a pas encore été lue ; ses pages s’afficheront ensuite.',
  voice_sample_not_read: 'Cette version n’a pas encore été lue ; son tracé s’affichera ensuite.',
  page_picture_missing: 'Il n’y a pas d’image de cette page. Relancez la lecture du document.',
  waveform_missing: 'Il n’y a pas de tracé de cet enregistrement. Relancez sa lecture.',
  file_missing: 'Le fichier n’est plus dans l’espace de stockage.',
  being_read: 'Sa lecture a déjà été demandée plusieurs fois et n’a pas encore commencé.',
  not_in_trash: 'Cette pièce n’est pas dans la corbeille.',
  too_many_tags: 'Cette pièce aurait trop d’étiquettes.',
  duplicate_document: ({ more }) =>
    more.trashed === true
      ? 'Un document identique se trouve dans la corbeille du projet. Restaurez-le.'
      : 'Le projet contient déjà un document identique.',
  duplicate_voice_sample: ({ more }) =>
    more.trashed === true
      ? 'Un enregistrement identique se trouve dans la corbeille du projet. Restaurez-le.'
      : 'Le projet contient déjà un enregistrement identique.',

  upload_not_found: 'Cet envoi n’existe pas, ou n’est pas le vôtre.',
  upload_expired: 'Cet envoi est resté trop longtemps interrompu. Recommencez-le.',
  upload_offset_conflict: 'Cet envoi n’en est plus au même point. Réessayez.',
  checksum_mismatch: 'Des données ont été altérées en chemin. Réessayez.',
  empty_part: 'Aucune donnée n’est arrivée. Réessayez.',
  file_swept: 'Le fichier a été effacé pendant son arrivée. Envoyez-le à nouveau.',
  too_many_uploads: 'Vous avez trop d’envois inachevés. Terminez-en ou annulez-en d’abord.',
  part_too_small: (refusal) => {
    const smallest = numberIn(refusal, 'smallestPart')
    return smallest === undefined
      ? 'Une partie de l’envoi est trop petite.'
      : `Une partie de l’envoi est trop petite : il faut au moins ${sizeOf(smallest, 'fr')}, sauf pour la dernière.`
  },

  range_too_long: 'Cette période est trop longue. Choisissez-en une plus courte.',
}
