import { limits } from '@pollcast/shared/limits'
import { looksOf } from '@pollcast/shared/text'
import { fitText } from './fit-text.ts'
import type {
  Imported,
  ImportedPoll,
  ImportFinding,
  ImportFormat,
  ImportNote,
  ImportPlace,
  ImportSettings,
} from './imported.ts'
import { importLimits } from './limits.ts'

/** What is counted over all questions, to be one note and not one for each. */
type Counted = 'right-answers-dropped' | 'time-limits-dropped' | 'votes-not-taken'

/** How much of a source's text a note quotes, in characters. */
const QUOTED_LENGTH = 80

/** Of more choices of one question, too many by far, only the number is told. */
const LOOKED_CHOICES = 500

export interface SourcePoll {
  where: ImportPlace
  question: string
  /** Empty ones don't count. */
  choices: readonly string[]
  settings?: ImportSettings
  /** What the source has for this question that no poll has. */
  without?: readonly Counted[]
}

/** Makes polls that the API takes of what a format's reader has found, and keeps note of what did not fit. */
export class ImportBuilder {
  readonly #polls: ImportedPoll[] = []
  readonly #notes: ImportNote[] = []
  readonly #counts = new Map<Counted, number>()
  #left = 0

  note(what: ImportFinding, where?: ImportPlace): void {
    const short = 'text' in what ? { ...what, text: fitText(what.text, QUOTED_LENGTH).text } : what
    this.#notes.push(where ? { where, what: short } : { what: short })
  }

  add({ where, question: source, choices: sources, settings = {}, without = [] }: SourcePoll): void {
    if (this.#polls.length === importLimits.polls) {
      this.#left += 1
      return
    }
    const question = fitText(source, limits.questionLength)
    const choices = this.#fitChoices(sources, where)
    if (choices.length < limits.minChoices) {
      this.note({ code: 'too-few-choices', min: limits.minChoices, text: question.text }, where)
      return
    }
    if (question.text === '') this.note({ code: 'no-question' }, where)
    if (question.shortened) this.note({ code: 'question-shortened', max: limits.questionLength }, where)
    if (question.cleaned) this.note({ code: 'characters-removed', text: question.text }, where)
    this.#polls.push({ question: question.text, choices, ...this.#fitRange(settings, choices.length, where) })
    for (const code of without) this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1)
  }

  /** Of more questions than are looked at, how many are not. */
  leaveOut(count: number): void {
    this.#left += Math.max(count, 0)
  }

  finish(format: ImportFormat): Imported {
    const polls = [...this.#polls]
    const whole: ImportFinding[] = Array.from(this.#counts, ([code, count]) => ({ code, count }))
    if (this.#left > 0) whole.push({ code: 'too-many-questions', max: importLimits.polls, left: this.#left })
    if (polls.length + this.#notes.length + whole.length === 0) whole.push({ code: 'nothing-found' })
    const notes = this.#notes.slice(0, importLimits.notes)
    const count = this.#notes.length - notes.length
    if (count > 0) whole.push({ code: 'more-notes', count })
    return { format, polls, notes: [...notes, ...whole.map((what) => ({ what }))] }
  }

  #fitChoices(sources: readonly string[], where: ImportPlace): string[] {
    const byLook = new Map<string, string>()
    const looked = sources.slice(0, LOOKED_CHOICES)
    let left = sources.length - looked.length
    for (const source of looked) {
      const { text, shortened, cleaned } = fitText(source, limits.choiceLength)
      if (text === '') continue
      const look = looksOf(text)
      if (byLook.has(look)) this.note({ code: 'same-choice', text }, where)
      else if (byLook.size === limits.maxChoices) left += 1
      else {
        byLook.set(look, text)
        if (shortened) this.note({ code: 'choice-shortened', max: limits.choiceLength, text }, where)
        if (cleaned) this.note({ code: 'characters-removed', text }, where)
      }
    }
    if (left > 0) this.note({ code: 'too-many-choices', max: limits.maxChoices, left }, where)
    return [...byLook.values()]
  }

  /** A ballot can't hold more choices than there are, nor more at least than at most. */
  #fitRange(settings: ImportSettings, choices: number, where: ImportPlace): ImportSettings {
    const { minChoices, maxChoices, ...others } = settings
    if (minChoices === undefined && maxChoices === undefined) return others
    const max = Math.min(Math.max(maxChoices ?? 1, 1), choices)
    const min = Math.min(Math.max(minChoices ?? 1, 1), max)
    if (minChoices !== undefined && minChoices > min) {
      this.note({ code: 'choices-per-vote-changed', min, max }, where)
    }
    return { minChoices: min, maxChoices: max, ...others }
  }
}
