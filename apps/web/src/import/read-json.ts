import type { ImportBuilder } from './import-builder.ts'
import type { ImportFormat, ImportPlace } from './imported.ts'
import { isObject } from './json.ts'
import { pollcastResultsOf, readPollcastResults } from './pollcast.ts'
import { readStrawPoll, strawPollOf } from './strawpoll.ts'

/** Begins as an object or a list of objects, which no list of choices does. */
export const isJson = (text: string): boolean => /^\s*(?:\[\s*)?\{\s*(?:"[^"\r\n]*"\s*:|\})/.test(text)

/** Polls in JSON: one, a list, or a list in `data`, as StrawPoll's API answers. */
export function readJson(text: string, builder: ImportBuilder): ImportFormat {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    builder.note({ code: 'broken-file' })
    return 'unknown'
  }
  const list = isObject(value) && Array.isArray(value.data) ? value.data : [value].flat()
  let format: ImportFormat = 'unknown'
  list.forEach((entry: unknown, index: number) => {
    const where: ImportPlace = { unit: 'question', number: index + 1 }
    const own = pollcastResultsOf(entry)
    const strawPoll = strawPollOf(entry)
    if (own) {
      format = 'pollcast'
      own.forEach((results, position) => {
        const number = list.length > 1 ? where.number : position + 1
        readPollcastResults(results, { unit: 'question', number }, builder)
      })
    } else if (strawPoll) {
      format = 'strawpoll'
      readStrawPoll(strawPoll, where, builder)
    } else builder.note({ code: 'unknown-json' }, list.length > 1 ? where : undefined)
  })
  return format
}
