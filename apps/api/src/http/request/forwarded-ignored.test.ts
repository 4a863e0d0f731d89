import { expect, test } from 'vitest'
import { openApp } from '../../../testing/app.ts'

const forwarded = { headers: { 'X-Forwarded-For': '192.0.2.1' } }

test('X-Forwarded-For while TRUST_PROXY is off is told of once, without the address', async () => {
  const { url, errors, entries } = await openApp()
  await fetch(url)
  expect(errors).toEqual([])
  for (let n = 0; n < 3; n += 1) await fetch(url, forwarded)
  expect(errors).toEqual([expect.stringMatching(/X-Forwarded-For.* TRUST_PROXY is off/)])
  expect(errors[0]).not.toContain('192')
  expect(entries.filter(({ event }) => event === 'forwarded-for-ignored')).toHaveLength(1)
})

test('where a proxy is trusted, it is nothing to tell', async () => {
  const { url, errors } = await openApp({ trustProxy: 1 })
  await fetch(url, forwarded)
  expect(errors).toEqual([])
})
