import { type Ref, shallowReadonly, shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { timeoutSignal } from '../browser/timeout-signal.ts'

/** Milliseconds in which a server that is there answers. */
const PROBE_TIMEOUT_MS = 10_000

/**
 * What to do where the files of a page don't load. After a new release the old files are gone, and the server brings
 * the page with the new ones. Where it can't be reached, this tells where the reader wanted to go, and they stay where
 * they are: the browser would show an error page of its own.
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
