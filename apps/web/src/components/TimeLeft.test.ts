import { expect, test, vi } from 'vitest'
import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { serverClock } from '../api/server-clock.ts'
import TimeLeft from './TimeLeft.vue'

const textOf = async (closesAt: string | null) => {
  const html = await renderToString(createSSRApp(TimeLeft, { closesAt }))
  return html.replace(/<[^>]*>/g, '')
}

test('the last hour is counted down; what is further away is told by its time, and its day unless that is today', async () => {
  vi.useFakeTimers({ now: new Date('2030-01-31T10:00:00'), toFake: ['Date'] })
  // Other tests of this process may have told it another time.
  const clock = vi.spyOn(serverClock, 'now').mockImplementation(() => Date.now())
  try {
    const at = (local: string) => textOf(new Date(local).toISOString())
    expect(await at('2030-01-31T10:59:05')).toBe('Closes in 59:05')
    expect(await at('2030-01-31T12:30:00')).toBe('Closes 12:30')
    expect(await at('2030-02-01T12:30:00')).toBe('Closes 1 Feb 2030, 12:30')
    expect(await textOf(null)).toBe('')
  } finally {
    clock.mockRestore()
    vi.useRealTimers()
  }
})
