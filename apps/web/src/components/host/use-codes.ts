import { type InjectionKey, inject, provide, shallowReadonly, shallowRef } from 'vue'
import { storageOf } from '../../browser/storage.ts'

export type IssuedCodes = ReturnType<typeof createIssuedCodes>

const injection: InjectionKey<IssuedCodes> = Symbol('issued codes')

/** One-time codes that were just issued. The server tells them once, so this tab keeps them until the host has them. */
export function provideIssuedCodes(roomCode: string): IssuedCodes {
  const codes = createIssuedCodes(roomCode)
  provide(injection, codes)
  return codes
}

export function useIssuedCodes(): IssuedCodes {
  const codes = inject(injection)
  if (!codes) throw new Error('HostPage.vue provides no codes')
  return codes
}

function createIssuedCodes(roomCode: string) {
  const storage = storageOf<string[]>(`issued codes ${roomCode}`, 'tab')
  const issued = shallowRef<readonly string[]>(storage.read() ?? [])
  /** Those on the sheet that is shown in place of the page. */
  const sheet = shallowRef<readonly string[]>()

  function set(codes: string[]): void {
    issued.value = codes
    storage.write(codes.length > 0 ? codes : undefined)
  }

  return {
    issued: shallowReadonly(issued),
    add: (codes: readonly string[]) => set([...issued.value, ...codes]),
    discard: () => set([]),
    sheet: shallowReadonly(sheet),
    showSheet() {
      sheet.value = issued.value
    },
    hideSheet() {
      sheet.value = undefined
    },
  }
}
