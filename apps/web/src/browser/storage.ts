import { attempt } from './attempt.ts'

/** What the browser keeps: for all of its tabs and for good, or for this tab until it is closed. */
export interface Storage<T> {
  /** Its name in the browser's storage, and in what tells of changes. */
  readonly key: string
  /** Undefined where nothing is kept, or the browser refuses. */
  read(): T | undefined
  /** Undefined removes it. Returns whether the browser took it: if not, it is kept as long as the page is open. */
  write(value: T | undefined): boolean
}

/** What is kept by this page alone, as the browser refused it. */
const refused = new Map<string, string>()

/**
 * A value that the browser keeps as JSON under this name. Where it refuses (cookies are blocked, a frame on another site),
 * the value is kept as long as the page is open.
 */
export function storageOf<T>(name: string, where: 'browser' | 'tab' = 'browser'): Storage<T> {
  const key = `pollcast.${name}`
  const open = () => (where === 'browser' ? localStorage : sessionStorage)
  return {
    key,
    read() {
      const text = refused.get(key) ?? attempt(() => open().getItem(key) ?? undefined)
      return text === undefined ? undefined : attempt(() => JSON.parse(text) as T)
    },
    write(value) {
      const text = value === undefined ? undefined : JSON.stringify(value)
      refused.delete(key)
      const isDone = attempt(() => {
        if (text === undefined) open().removeItem(key)
        else open().setItem(key, text)
        return true
      })
      if (!isDone && text !== undefined) refused.set(key, text)
      return isDone ?? false
    },
  }
}

/** The names that begin so, of what is kept for the browser's tabs. */
export function storageNames(prefix: string): string[] {
  const keys = [...refused.keys(), ...(attempt(() => Object.keys(localStorage)) ?? [])]
  return keys.flatMap((key) => (key.startsWith(`pollcast.${prefix}`) ? key.slice('pollcast.'.length) : []))
}
