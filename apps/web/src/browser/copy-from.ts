import { attempt } from './attempt.ts'

/**
 * Copies the input's text, and leaves it selected so that the user can copy it if the browser refuses. The clipboard
 * API needs https or localhost, and a poll on a local network often has neither.
 */
export async function copyFrom(input: HTMLInputElement): Promise<boolean> {
  input.focus()
  input.select()
  try {
    await navigator.clipboard.writeText(input.value)
    return true
  } catch {
    return attempt(() => document.execCommand('copy')) ?? false
  }
}
