import { timeoutSignal } from './browser/timeout-signal.ts'
import { t } from './i18n/index.ts'

/** After this the numbers that the page was served with are shown, and not the newest ones. */
const UPDATE_TIMEOUT_MS = 5_000

/**
 * The part of the page that works without the app: a message, and a form to vote with. The styles show it after a few
 * seconds (styles/plain.css), unless the app has removed it by then.
 */
export function servedFallback() {
  const servedPath = location.pathname
  let element = document.getElementById('fallback')

  /** Whether the voter has begun to fill in the form, so that removing it would lose their choice. */
  function isInUse(): boolean {
    const inputs = element?.querySelectorAll('input') ?? []
    return [...inputs].some(({ checked, defaultChecked }) => checked !== defaultChecked)
  }

  function remove(): void {
    element?.remove()
  }

  /** Fetches it anew: since it was removed, the voter may have voted or gone to another page. */
  async function update(): Promise<void> {
    if (!element || element.isConnected) return
    const updated = await fetchFallback()
    if (updated) {
      element = updated
    } else if (location.pathname !== servedPath) {
      const message = document.createElement('p')
      message.textContent = t('app.reload')
      element.querySelector('main')?.replaceChildren(message)
    }
  }

  /** Shows it in place of the app. */
  function show(): void {
    if (!element) return
    element.classList.add('shown')
    if (element.isConnected) return
    document.body.append(element)
    // The element that had the focus is gone; screen readers continue here.
    element.querySelector('main')?.focus()
  }

  return { isInUse, remove, update, show }
}

/** The fallback of the page at the current address; undefined if the server can't be reached. */
async function fetchFallback(): Promise<HTMLElement | undefined> {
  try {
    const response = await fetch(location.href, {
      headers: { Accept: 'text/html' },
      signal: timeoutSignal(UPDATE_TIMEOUT_MS),
    })
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    const element = page.getElementById('fallback')
    element?.remove()
    return element ?? undefined
  } catch {
    return undefined
  }
}
