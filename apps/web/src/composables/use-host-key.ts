import { routes } from '@pollcast/shared/routes'
import { useEventListener } from '@vueuse/core'
import { computed } from 'vue'
import { useRouter } from 'vue-router'
import { saveFile } from '../browser/save-file.ts'
import { t } from '../i18n/index.ts'
import { hostRooms } from './host-rooms.ts'
import { useFragment } from './use-fragment.ts'

/** The rooms that this browser hosts ("Your rooms"), also as other tabs change them. */
export function useHostRooms() {
  useEventListener(window, 'storage', () => hostRooms.refresh())
  return { rooms: computed(() => hostRooms.list()), forget: hostRooms.forget }
}

/**
 * The host key of a room: from the fragment of the host page's link, which is kept and taken out of the address, or from
 * an earlier visit. Undefined where this browser has none.
 */
export function useHostKey(code: string) {
  useHostRooms()
  const router = useRouter()
  /** The key that was kept when the link came with another one. */
  let keptBefore: string | undefined
  useFragment((hostKey) => {
    keptBefore = hostRooms.find(code)?.hostKey
    hostRooms.keep({ code, hostKey, openedAt: new Date().toISOString() })
  })
  const room = computed(() => hostRooms.find(code))
  const hostKey = computed(() => room.value?.hostKey)
  /** The host page's address with the key: for another device, as a link or QR code. Who has it is the host. */
  const hostUrl = computed(() => {
    const url = new URL(router.resolve(routes.hostPage(code)).href, location.href)
    url.hash = hostKey.value ?? ''
    return url.href
  })

  return {
    hostKey,
    hostUrl,
    /** Keeps the key that was given in place of the last one. */
    replaceKey: (newKey: string) => hostRooms.keep({ code, hostKey: newKey }),
    /** Takes the key from before the link, as that of the link opens nothing. False where there was none. */
    restoreKey(): boolean {
      const restored = keptBefore
      keptBefore = undefined
      if (!restored || restored === hostKey.value) return false
      hostRooms.keep({ code, hostKey: restored })
      return true
    },
    /** What "Your rooms" calls the room. */
    setTitle: (title: string) => hostRooms.keep({ code, title, openedAt: new Date().toISOString() }),
    /** Has the browser save the link as a text file. */
    saveKey() {
      const lines = [room.value?.title, t('host-key.file', { code }), hostUrl.value, '']
      saveFile(new Blob([lines.join('\n')], { type: 'text/plain' }), `pollcast-${code}.txt`)
    },
  }
}
