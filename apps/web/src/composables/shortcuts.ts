import { shallowReadonly, shallowRef } from 'vue'
import { storageOf } from '../browser/storage.ts'

const kept = storageOf<boolean>('shortcuts')
const current = shallowRef(kept.read() ?? true)

/**
 * Whether keys that write a character are shortcuts. Who speaks to their computer, or hits keys by chance, can turn them off
 * (WCAG 2.2, 2.1.4), and the browser keeps it.
 */
export const areShortcutsOn = shallowReadonly(current)

export function turnShortcuts(on: boolean): void {
  current.value = on
  kept.write(on ? undefined : false)
}

/** Whether the key is one of those, and they are turned off. Arrows and what else writes nothing stay. */
export const isTurnedOff = ({ key }: KeyboardEvent): boolean => !current.value && key.length === 1
