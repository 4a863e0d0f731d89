import { t } from './index.ts'

/** What the contract says of a field that it refuses (@pollcast/shared), and the message that says it in any language. */
const sentences = [
  [/^(?:Can't be empty|Enter a text)/, 'empty'],
  [/^At most (?<max>\d+) characters/, 'too-long'],
  [/characters that can't be used/, 'characters'],
  [/^At least (?<min>\d+) choices/, 'few-choices'],
  [/^At most (?<max>\d+) choices/, 'many-choices'],
  [/^Already in the list/, 'same'],
  [/^More than the number of choices/, 'more-than-choices'],
  [/^Fewer than minChoices/, 'fewer-than-least'],
  [/^Choose a time within a year/, 'far-time'],
  [/^(?:Choose a time to come|A date and time)/, 'time'],
] as const

/** In the page's language; in the server's words where there are no others. */
export function fieldErrorText(message: string): string {
  for (const [pattern, name] of sentences) {
    const found = pattern.exec(message)
    if (found) return t(`new.error-${name}`, { ...found.groups })
  }
  return message
}
