import type { ImportBuilder } from './import-builder.ts'

/** Unicode by its byte order mark, else UTF-8, else what Windows wrote before. Undefined where it is no text. */
export function decodeText(bytes: Uint8Array, builder: ImportBuilder): string | undefined {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    builder.note({ code: 'encoding-guessed' })
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
