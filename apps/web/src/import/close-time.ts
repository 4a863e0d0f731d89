import type { ImportBuilder } from './import-builder.ts'
import type { ImportPlace } from './imported.ts'

/**
 * The setting that a poll's end becomes: none where it is over or can't be read, which is noted.
 *
 * @param source what the file says
 * @param time what that means
 */
export function closeTimeOf(source: string, time: Date, builder: ImportBuilder, where: ImportPlace) {
  if (Number.isNaN(time.getTime())) {
    builder.note({ code: 'close-time-not-readable', text: source }, where)
    return {}
  }
  const closesAt = time.toISOString()
  if (time.getTime() > Date.now()) return { closesAt }
  builder.note({ code: 'close-time-past', closesAt }, where)
  return {}
}
