import { computed } from 'vue'
import { useServedPage } from '../context.ts'
import { t } from '../i18n/index.ts'

const THIS_MACHINE = /^(localhost|.*\.localhost|127\..*|\[::1\]|0\.0\.0\.0)$/

/** Whether the address names the machine that opens it: everywhere else it leads nowhere. */
export const isOnThisMachineOnly = (url: string): boolean => THIS_MACHINE.test(new URL(url).hostname)

/**
 * The address to share, as a link or QR code, and what to say beside it where nobody else could open it.
 *
 * @param link a room's `joinUrl`, or a route of ours (routes.pollPage …), which gets PUBLIC_URL or else the page's origin
 */
export function useShareUrl(link: () => string) {
  const { publicUrl } = useServedPage()
  const url = computed(() => new URL((link().startsWith('/') ? (publicUrl ?? location.origin) : '') + link()).href)
  return {
    url,
    /** Empty where others can open it. */
    warning: computed(() => (isOnThisMachineOnly(url.value) ? t('share.this-machine-only') : '')),
  }
}
