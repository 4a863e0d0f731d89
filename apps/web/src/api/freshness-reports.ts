import type { FreshnessReport } from '@pollcast/shared/freshness'
import { limits } from '@pollcast/shared/limits'
import { routes } from '@pollcast/shared/routes'

/** Milliseconds between two reports of a page. */
const EVERY_MS = 60_000

/**
 * For a page of the sample: collects how long updates took, and reports the last ones once a minute and when the page is left
 * or hidden. Nothing in a report tells whose it is.
 *
 * @returns what takes the milliseconds of an update
 */
export function reportFreshness(apiUrl: string): (milliseconds: number) => void {
  let collected: number[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function send(): void {
    clearTimeout(timer)
    timer = undefined
    if (collected.length === 0) return
    const report: FreshnessReport = { milliseconds: collected }
    collected = []
    fetch(apiUrl + routes.freshness, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(report),
      // Without the voter's cookie, and even if the page is gone.
      credentials: 'omit',
      keepalive: true,
    }).catch(() => {})
  }

  addEventListener('pagehide', send)
  document.addEventListener('visibilitychange', () => document.hidden && send())

  return (milliseconds) => {
    if (milliseconds > limits.updateMs) return
    collected = [...collected, milliseconds].slice(-limits.updatesReported)
    timer ??= setTimeout(send, EVERY_MS)
  }
}
