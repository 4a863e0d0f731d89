import { vi } from 'vitest'

/** A browser's storage, until `vi.unstubAllGlobals()`. Returns what is in it. */
export function stubStorage(): Map<string, string> {
  const items = new Map<string, string>()
  const methods = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, text: string) => items.set(key, text),
    removeItem: (key: string) => items.delete(key),
  }
  const names = {
    ownKeys: () => [...items.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  }
  vi.stubGlobal('localStorage', new Proxy(methods, names))
  return items
}
