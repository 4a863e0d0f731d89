import { afterEach, expect, test, vi } from 'vitest'
import { openChannel } from './channel.ts'
import { copyFrom } from './copy-from.ts'
import { mediaQuery } from './media-query.ts'
import { observeSizes, observeVisibility } from './observe.ts'
import { timeoutSignal } from './timeout-signal.ts'
import { webLocks } from './web-locks.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const refusal = () => {
  throw new DOMException('Not for this page.', 'SecurityError')
}
const throwing = (name: string) => Object.defineProperty({}, name, { get: refusal })

test('APIs that a browser may refuse are used in this folder only', () => {
  const sources = import.meta.glob<string>('../**/*.{ts,vue}', { query: '?raw', import: 'default', eager: true })
  const refusable =
    /\b(navigator|(local|session)Storage|indexedDB|BroadcastChannel|\w+Observer\(|matchMedia|execCommand|AbortSignal\.\w+\()/
  const others = Object.entries(sources).filter(([path]) => path.startsWith('../') && !path.includes('.test.'))
  expect(others.length).toBeGreaterThan(30)
  expect(others.filter(([, text]) => refusable.test(text)).map(([path]) => path)).toEqual([])
})

test('locks that are missing, or whose getter throws, are undefined', () => {
  for (const navigator of [{}, throwing('locks'), undefined]) {
    vi.stubGlobal('navigator', navigator)
    expect(webLocks()).toBeUndefined()
  }
})

test('a refused channel is undefined, and a closed one reports that it did not take a message', () => {
  const channel = openChannel('test', () => {})
  expect(channel?.post('received')).toBe(true)
  channel?.close()
  channel?.close()
  expect(channel?.post('lost')).toBe(false)
  vi.stubGlobal('BroadcastChannel', refusal)
  expect(openChannel('test', () => {})).toBeUndefined()
  vi.stubGlobal('BroadcastChannel', undefined)
  expect(openChannel('test', () => {})).toBeUndefined()
})

test('without BroadcastChannel, tabs that share a storage hear each other by it, and nothing stays there', () => {
  const tabs = [new EventTarget(), new EventTarget()]
  const stored = new Map<string, string>()
  let current = 0
  // Browsers tell all tabs but the one that writes.
  const tell = (key: string, newValue: string | null) => {
    const event = Object.assign(new Event('storage'), { key, newValue })
    for (const [index, tab] of tabs.entries()) if (index !== current) tab.dispatchEvent(event)
  }
  vi.stubGlobal('BroadcastChannel', undefined)
  vi.stubGlobal('localStorage', {
    setItem(key: string, value: string) {
      stored.set(key, value)
      tell(key, value)
    },
    removeItem(key: string) {
      stored.delete(key)
      tell(key, null)
    },
  })
  const heard: unknown[][] = [[], []]
  const channels = tabs.map((tab, index) => {
    current = index
    for (const name of ['addEventListener', 'removeEventListener'] as const) vi.stubGlobal(name, tab[name].bind(tab))
    return openChannel('test', (message) => heard[index]?.push(message))
  })
  current = 0
  for (let time = 1; time <= 2; time++) expect(channels[0]?.post({ same: true })).toBe(true)
  expect(heard).toEqual([[], [{ same: true }, { same: true }]])
  expect(stored.size).toBe(0)
  channels[1]?.close()
  channels[0]?.post('late')
  expect(heard[1]).toHaveLength(2)
  expect(channels[1]?.post('closed')).toBe(false)
})

test('where the storage is refused too, there is no channel', () => {
  vi.stubGlobal('BroadcastChannel', refusal)
  vi.stubGlobal('localStorage', { setItem: refusal })
  vi.stubGlobal('addEventListener', () => {})
  expect(openChannel('test', () => {})).toBeUndefined()
})

test('media queries that are missing or refused are undefined', () => {
  for (const window of [{}, { matchMedia: refusal }, { matchMedia: () => null }]) {
    vi.stubGlobal('window', window)
    expect(mediaQuery('(prefers-color-scheme: dark)')).toBeUndefined()
  }
})

test('without ResizeObserver, onResize runs once and at each resize of the window, until it is stopped', () => {
  const window = new EventTarget()
  vi.stubGlobal('window', window)
  vi.stubGlobal('ResizeObserver', undefined)
  const onResize = vi.fn()
  const observer = observeSizes(onResize)
  observer.observe({} as Element)
  expect(onResize).toHaveBeenCalledTimes(1)
  window.dispatchEvent(new Event('resize'))
  expect(onResize).toHaveBeenCalledTimes(2)
  observer.stop()
  window.dispatchEvent(new Event('resize'))
  expect(onResize).toHaveBeenCalledTimes(2)
})

test('without IntersectionObserver, observing does nothing', () => {
  vi.stubGlobal('IntersectionObserver', refusal)
  const observer = observeVisibility(() => {})
  observer.observe({} as Element)
  observer.stop()
})

test('timeoutSignal works without AbortSignal.timeout', () => {
  vi.useFakeTimers()
  vi.stubGlobal('AbortSignal', {})
  const signal = timeoutSignal(50)
  expect(signal.aborted).toBe(false)
  vi.advanceTimersByTime(50)
  expect(signal.aborted).toBe(true)
})

test('without a clipboard API the text is copied by execCommand, and a failure is reported', async () => {
  const input = { value: 'https://example.org', focus() {}, select() {} } as HTMLInputElement
  const refusing = { clipboard: { writeText: () => Promise.reject(refusal) } }
  for (const navigator of [{}, throwing('clipboard'), refusing]) {
    vi.stubGlobal('navigator', navigator)
    vi.stubGlobal('document', { execCommand: () => true })
    expect(await copyFrom(input)).toBe(true)
    for (const document of [{ execCommand: () => false }, { execCommand: refusal }, {}]) {
      vi.stubGlobal('document', document)
      expect(await copyFrom(input)).toBe(false)
    }
  }
})
