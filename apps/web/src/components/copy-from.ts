/** Copies what the input holds, and leaves it selected for copying by hand where the browser refuses. */
export async function copyFrom(input: HTMLInputElement): Promise<boolean> {
  input.focus()
  input.select()
  try {
    // There is no clipboard but over https and on localhost; a poll in a local network often has neither.
    if (navigator.clipboard) await navigator.clipboard.writeText(input.value)
    else return document.execCommand('copy')
    return true
  } catch {
    return document.execCommand('copy')
  }
}
