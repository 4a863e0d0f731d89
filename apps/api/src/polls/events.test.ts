import { expect, test, vi } from 'vitest'
import { Signal } from './events.ts'

test('every listener hears of an event, and one that throws is reported and harms nobody', () => {
  const onError = vi.fn()
  const signal = new Signal<number>(onError)
  const received: number[] = []
  const fault = new Error('deaf')
  signal.listen(() => {
    throw fault
  })
  signal.listen((event) => received.push(event))
  signal.emit(1)
  expect(received).toEqual([1])
  expect(onError).toHaveBeenCalledExactlyOnceWith(fault)
})
