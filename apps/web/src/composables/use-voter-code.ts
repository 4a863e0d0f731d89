import { shallowReadonly, shallowRef } from 'vue'
import { storageOf } from '../browser/storage.ts'
import { useFragment } from './use-fragment.ts'

/**
 * The voter's one-time code in a room: what they entered, or the fragment of the link that they were given. It is kept for
 * this tab only, as the next one at the same machine may have another.
 *
 * @param isInFragment false where the fragment is something else
 */
export function useVoterCode(roomCode: string, isInFragment = true) {
  const storage = storageOf<string>(`code ${roomCode}`, 'tab')
  const code = shallowRef(storage.read())

  /** Undefined forgets it. */
  function setCode(entered: string | undefined): void {
    code.value = entered
    storage.write(entered)
  }

  if (isInFragment) useFragment(setCode)
  return { code: shallowReadonly(code), setCode }
}
