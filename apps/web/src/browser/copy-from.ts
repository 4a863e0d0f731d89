import { attempt } from './attempt.ts'

/**
 * Copies what the input holds, and leaves it selected for copying by hand where the browser refuses. There is no
 * clipboard but over https and on localhost; a poll in a local network often has neither.
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
