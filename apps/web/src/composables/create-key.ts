import { type Ref, shallowReadonly, shallowRef } from 'vue'
import { storageOf } from '../browser/storage.ts'

const kept = storageOf<string>('create-key')
const current = shallowRef(kept.read() ?? '')

/** The server's key for making polls, where it asks for one. The browser keeps it once it has opened something. */
export const createKey: Readonly<Ref<string>> = shallowReadonly(current)

export function setCreateKey(key: string): void {
  current.value = key
}

export const keepCreateKey = (): boolean => kept.write(current.value || undefined)
