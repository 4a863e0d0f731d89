import { Unzip, UnzipInflate } from 'fflate'

/** Compressed bytes at a time. A byte unpacks to at most a thousand, so that a bomb is met a few megabytes late. */
const STEP = 4096

/**
 * The files of a ZIP archive whose names are wanted. What its headers say about sizes is not believed.
 *
 * @param maxBytes of all these files, unpacked
 * @throws where the archive is broken or they are larger
 */
export function unzip(
  archive: Uint8Array,
  wanted: (name: string) => boolean,
  maxBytes: number,
): Map<string, Uint8Array> {
  const pieces = new Map<string, Uint8Array[]>()
  const complete = new Set<string>()
  let files = 0
  let bytes = 0
  const reader = new Unzip((file) => {
    files += 1
    if (!wanted(file.name)) return
    const parts: Uint8Array[] = []
    pieces.set(file.name, parts)
    file.ondata = (error, part, final) => {
      if (error) throw error
      bytes += part.length
      if (bytes > maxBytes) throw new RangeError(`More than ${maxBytes} bytes unpacked.`)
      parts.push(part)
      if (final) complete.add(file.name)
    }
    file.start()
  })
  reader.register(UnzipInflate)
  for (let start = 0; start < archive.length; start += STEP) {
    reader.push(archive.subarray(start, start + STEP), start + STEP >= archive.length)
  }
  if (files === 0) throw new RangeError('Not a ZIP archive.')
  if (complete.size < pieces.size) throw new RangeError('The archive ends too early.')
  return new Map(Array.from(pieces, ([name, parts]) => [name, concat(parts)]))
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
