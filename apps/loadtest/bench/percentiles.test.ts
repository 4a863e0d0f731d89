import { expect, test } from 'vitest'
import { percentiles } from './percentiles.ts'

test('percentiles are samples that were measured, whatever their order', () => {
  const samples = Array.from({ length: 1000 }, (_, index) => ((index * 7) % 1000) + 1)
  expect(percentiles(samples)).toEqual({ p50: 500, p95: 950, p99: 990 })
})

test('one sample is every percentile, and none has no percentiles', () => {
  expect(percentiles([3])).toEqual({ p50: 3, p95: 3, p99: 3 })
  expect(percentiles([])).toBeUndefined()
})
