import type { ImportBuilder } from './import-builder.ts'
import type { ImportPlace } from './imported.ts'
import { isObject, type JsonObject, objectsIn, textIn } from './json.ts'

/** Whether it is a poll's own results.json, of the version that this program knows. */
export const isPollcastResults = (value: unknown): value is JsonObject =>
  isObject(value) && value.version === 1 && isObject(value.poll) && Array.isArray(value.rounds)

/** The question, and the choices of its last round. */
export function readPollcastResults(results: JsonObject, where: ImportPlace, builder: ImportBuilder): void {
  const poll = isObject(results.poll) ? results.poll : {}
  const question = textIn(poll.question)
  if (poll.kind !== 'choice') {
    builder.note({ code: 'kind-not-taken', kind: 'unknown', text: question }, where)
    return
  }
  const round = objectsIn(results.rounds).at(-1)
  builder.add({
    where,
    question,
    choices: objectsIn(round?.choices).map(({ text }) => textIn(text)),
    settings: typeof poll.maxChoices === 'number' ? { maxChoices: poll.maxChoices } : {},
    without: round?.voters === 0 ? [] : ['votes-not-taken'],
  })
}
