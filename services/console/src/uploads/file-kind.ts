export type ItemKind = 'document' | 'voice'

// As the contract `resources/file` has them, which would bring its schemas into the first page that is loaded.
const documentMediaTypes = ['application/pdf', 'image/png', 'image/jpeg', 'image/tiff', 'image/webp']
const voiceMediaTypes = ['audio/wav', 'audio/mpeg', 'audio/ogg', 'audio/flac', 'audio/mp4']

const kindOfEnding: Readonly<Record<string, ItemKind>> = {
  ...Object.fromEntries(
    ['pdf', 'png', 'jpg', 'jpeg', 'tif', 'tiff', 'webp'].map((end) => [end, 'document'] as const),
  ),
  ...Object.fromEntries(
    ['wav', 'mp3', 'ogg', 'oga', 'opus', 'flac', 'm4a'].map((end) => [end, 'voice'] as const),
  ),
}

/**
 * What a file will become; undefined for what is not taken, which is told before a byte is sent. Browsers do not know
 * every type, so the name's ending counts where they are silent; the service decides by the bytes.
 */
export function kindOfFile({ name, type }: Pick<File, 'name' | 'type'>): ItemKind | undefined {
  if (documentMediaTypes.includes(type)) return 'document'
  if (voiceMediaTypes.includes(type)) return 'voice'
  return kindOfEnding[name.slice(name.lastIndexOf('.') + 1 || name.length).toLowerCase()]
}

/** For the browser's dialog to choose files with. */
export const accepted = [...documentMediaTypes, ...voiceMediaTypes, '.flac', '.m4a', '.opus', '.tif'].join(
  ',',
)

/** The system's own files lie in nearly every folder, and nobody means them. */
export const isMeant = ({ name, size }: Pick<File, 'name' | 'size'>): boolean =>
  size > 0 && !name.startsWith('.') && !['Thumbs.db', 'desktop.ini'].includes(name)
