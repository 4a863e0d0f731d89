import { limits } from '@pollcast/shared/limits'
import type { LocationQuery } from 'vue-router'

/** What a link fills in: `/new?q=Lunch?&c=Pizza&c=Ramen`. Undefined where it fills in nothing. */
export function linkedDraft({ q, c }: LocationQuery): { question: string; choices: string[] } | undefined {
  const question = listOf(q)[0] ?? ''
  const choices = listOf(c).slice(0, limits.maxChoices)
  return question || choices.length > 0 ? { question, choices } : undefined
}

const listOf = (value: LocationQuery[string] | undefined) => [value].flat().flatMap((text) => text?.trim() || [])
