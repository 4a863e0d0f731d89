import { type Ref, shallowReadonly, shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { timeoutSignal } from '../browser/timeout-signal.ts'

const PROBE_TIMEOUT_MS = 10_000

/**
 * Handles pages whose files don't load. After a new release the old files are gone, so the page is loaded anew from
 * the server. If the server can't be reached, the user stays on the current page, as the browser would only show its
 * own error page; the path they wanted is returned.
 */
export function useFailedNavigation(): Readonly<Ref<string | undefined>> {
  const router = useRouter()
  const failedPath = shallowRef<string>()

  router.onError(async (_error, { fullPath }) => {
    if (await isServed(fullPath)) location.assign(fullPath)
    else failedPath.value = fullPath
  })
  router.afterEach(() => {
    failedPath.value = undefined
  })
  return shallowReadonly(failedPath)
}

async function isServed(path: string): Promise<boolean> {
  try {
    const { status } = await fetch(path, { method: 'HEAD', signal: timeoutSignal(PROBE_TIMEOUT_MS) })
    return status < 500
  } catch {
    return false
  }
}
