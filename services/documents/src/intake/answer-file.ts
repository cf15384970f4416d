import { Problem } from '@alta/kit/errors'
import { isSame } from '@alta/kit/http/etag'
import { attachment } from '@alta/kit/http/file-name'
import type { EmptyAnswer, StreamAnswer } from '@alta/kit/http/route'
import type { OpenableFile } from './version.service.ts'

interface FileHeaders {
  readonly range?: string | undefined
  readonly 'if-range'?: string | undefined
  readonly 'if-none-match'?: string | undefined
}

/**
 * Answers a file, or the one range of it that was asked for (RFC 9110, 14.2). Several ranges at once, other units
 * and ranges that make no sense are answered with the whole file, as the standard allows.
 * @throws {Problem} 416 `range_not_satisfiable` when the range begins behind the end
 */
export async function answerFile(
  file: OpenableFile,
  headers: FileHeaders,
): Promise<StreamAnswer<200> | StreamAnswer<206> | EmptyAnswer<304>> {
  const etag = `"${file.sha256}"`
  const common = {
    etag,
    'accept-ranges': 'bytes',
    'content-disposition': attachment(honestName(file)),
    'x-content-type-options': 'nosniff',
    // Should a browser show it in spite of all, it may do nothing.
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'private, no-cache',
  }
  // Asked before the range, as the standard says: a player that has the file asks for no part of it.
  if (isSame(headers['if-none-match'], etag)) return { status: 304, headers: common }
  const { mediaType } = file
  const sameFile = headers['if-range'] === undefined || headers['if-range'] === etag
  const range = sameFile ? rangeOf(headers.range, file.size) : undefined
  if (range === undefined) {
    const stream = await file.open()
    return { status: 200, stream, mediaType, headers: { ...common, 'content-length': String(file.size) } }
  }
  const { start, end } = range
  const stream = await file.open(range)
  return {
    status: 206,
    stream,
    mediaType,
    headers: {
      ...common,
      'content-length': String(end - start + 1),
      'content-range': `bytes ${start}-${end}/${file.size}`,
    },
  }
}

const endings: Readonly<Record<string, readonly string[]>> = {
  'application/pdf': ['pdf'],
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
  'image/tiff': ['tif', 'tiff'],
  'image/webp': ['webp'],
  'audio/wav': ['wav', 'wave'],
  'audio/mpeg': ['mp3', 'mpga', 'mp2'],
  'audio/ogg': ['ogg', 'oga', 'opus', 'spx'],
  'audio/flac': ['flac'],
  'audio/webm': ['webm', 'weba'],
  'audio/mp4': ['m4a', 'mp4', 'm4b', 'aac'],
}

/** The sender's name with an ending that fits: a picture that is a web page as well must not be opened as one. */
function honestName({ name, mediaType }: OpenableFile): string {
  const fitting = endings[mediaType] ?? []
  const ending = /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? ''
  return fitting.length === 0 || fitting.includes(ending) ? name : `${name}.${fitting[0]}`
}

function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < start) return undefined
  if (start < size && end >= start) return { start, end }
  throw new Problem({
    status: 416,
    code: 'range_not_satisfiable',
    title: 'Range not satisfiable',
    detail: `The file has ${size} bytes.`,
    headers: { 'content-range': `bytes */${size}` },
  })
}
