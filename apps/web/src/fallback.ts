import { timeoutSignal } from './browser/timeout-signal.ts'

/** Milliseconds to wait for the page's newest numbers before those it was served with are shown. */
const RENEWAL_TIMEOUT_MS = 5_000

/**
 * What the server wrote into the page for browsers in which the app does not run: a sentence, and a form that votes.
 * The styles show it after a few seconds (styles/plain.css), unless the app has hidden it by then.
 */
export function servedFallback() {
  const servedPath = location.pathname
  let element = document.getElementById('fallback')

  /** Whether a voter has begun to fill in the form, so that replacing it would lose their choice. */
  function isInUse(): boolean {
    const inputs = element?.querySelectorAll('input') ?? []
    return [...inputs].some(({ checked, defaultChecked }) => checked !== defaultChecked)
  }

  function hide(): void {
    if (element) element.hidden = true
  }

  /** Since the app hid it, the voter may have voted, or gone to another page: brings it up to date. */
  async function renew(): Promise<void> {
    if (!element?.hidden) return
    const renewed = await fetchFallback()
    if (renewed) {
      renewed.hidden = true
      element.replaceWith(renewed)
      element = renewed
    } else if (location.pathname !== servedPath) {
      const sentence = document.createElement('p')
      sentence.textContent = 'Something went wrong on this page. Please reload it.'
      element.querySelector('main')?.replaceChildren(sentence)
    }
  }

  function show(): void {
    if (!element) return
    const wasHidden = element.hidden
    element.classList.add('shown')
    element.hidden = false
    // What had the focus is gone: a screen reader goes on here.
    if (wasHidden) element.querySelector('main')?.focus()
  }

  return { isInUse, hide, renew, show }
}

/** The fallback of the page at the present address; undefined where the server can't be reached. */
async function fetchFallback(): Promise<HTMLElement | undefined> {
  try {
    const response = await fetch(location.href, {
      headers: { Accept: 'text/html' },
      signal: timeoutSignal(RENEWAL_TIMEOUT_MS),
    })
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    return page.getElementById('fallback') ?? undefined
  } catch {
    return undefined
  }
}
