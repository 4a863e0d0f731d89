import { timeoutSignal } from './browser/timeout-signal.ts'

/** Milliseconds to wait for the page's newest numbers before those it was served with are shown. */
const RENEWAL_TIMEOUT_MS = 5_000

/**
 * What the server wrote into the page for browsers in which the app does not run: a sentence, and a form that votes.
 * The styles show it after a few seconds (styles/plain.css), unless the app has taken its place by then.
 */
export function servedFallback() {
  const servedPath = location.pathname
  let element = document.getElementById('fallback')

  /** Whether a voter has begun to fill in the form, so that taking it away would lose their choice. */
  function isInUse(): boolean {
    const inputs = element?.querySelectorAll('input') ?? []
    return [...inputs].some(({ checked, defaultChecked }) => checked !== defaultChecked)
  }

  function remove(): void {
    element?.remove()
  }

  /** Since it was removed, the voter may have voted, or gone to another page: brings it up to date. */
  async function renew(): Promise<void> {
    if (!element || element.isConnected) return
    const renewed = await fetchFallback()
    if (renewed) {
      element = renewed
    } else if (location.pathname !== servedPath) {
      const sentence = document.createElement('p')
      sentence.textContent = 'Something went wrong on this page. Please reload it.'
      element.querySelector('main')?.replaceChildren(sentence)
    }
  }

  /** Puts it where the app was. */
  function show(): void {
    if (!element) return
    element.classList.add('shown')
    if (element.isConnected) return
    document.body.append(element)
    // What had the focus is gone: a screen reader goes on here.
    element.querySelector('main')?.focus()
  }

  return { isInUse, remove, renew, show }
}

/** The fallback of the page at the present address; undefined where the server can't be reached. */
async function fetchFallback(): Promise<HTMLElement | undefined> {
  try {
    const response = await fetch(location.href, {
      headers: { Accept: 'text/html' },
      signal: timeoutSignal(RENEWAL_TIMEOUT_MS),
    })
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    const element = page.getElementById('fallback')
    element?.remove()
    return element ?? undefined
  } catch {
    return undefined
  }
}
