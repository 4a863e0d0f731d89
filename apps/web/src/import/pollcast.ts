import type { ImportBuilder } from './import-builder.ts'
import type { ImportPlace } from './imported.ts'
import { isObject, type JsonObject, objectsIn, textIn } from './json.ts'

const isResults = (value: unknown): boolean => isObject(value) && isObject(value.poll) && Array.isArray(value.rounds)

/** The polls in a poll's or a room's own results.json; undefined where it is none, or of a version not known here. */
export function pollcastResultsOf(value: unknown): JsonObject[] | undefined {
  if (!isObject(value) || (value.version !== 1 && value.version !== 2)) return undefined
  if (isResults(value)) return [value]
  return isObject(value.room) ? objectsIn(value.polls).filter(isResults) : undefined
}

/** The question, and the choices of its last round. */
export function readPollcastResults(results: JsonObject, where: ImportPlace, builder: ImportBuilder): void {
  const poll = isObject(results.poll) ? results.poll : {}
  const question = textIn(poll.question)
  if (poll.kind !== 'choice') {
    builder.note({ code: 'kind-not-taken', kind: 'unknown', text: question }, where)
    return
  }
  const { minChoices, maxChoices } = poll
  const round = objectsIn(results.rounds).at(-1)
  builder.add({
    where,
    question,
    choices: objectsIn(round?.choices).map(({ text }) => textIn(text)),
    settings: {
      minChoices: typeof minChoices === 'number' ? minChoices : 1,
      maxChoices: typeof maxChoices === 'number' ? maxChoices : 1,
    },
    without: round?.voters === 0 ? [] : ['votes-not-taken'],
  })
}
