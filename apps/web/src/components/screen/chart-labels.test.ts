import { expect, test } from 'vitest'
import { spread } from './chart-labels.ts'

const spreadOver = (height: number, wanted: number[]) => {
  const labels = wanted.map((y) => ({ y, height: 10 }))
  spread(labels, height)
  return labels.map(({ y }) => y)
}

test('labels stay where they want to be as long as none covers another', () => {
  expect(spreadOver(100, [10, 20, 60])).toEqual([10, 20, 60])
})

test('labels that want to be at one place stand around it, in their order', () => {
  expect(spreadOver(100, [50, 50])).toEqual([45, 55])
  expect(spreadOver(100, [20, 50, 50, 50])).toEqual([20, 40, 50, 60])
  expect(spreadOver(100, [38, 50, 50, 50])).toEqual([32, 42, 52, 62])
})

test('labels stay inside, and move others along', () => {
  expect(spreadOver(100, [0, 2])).toEqual([5, 15])
  expect(spreadOver(100, [85, 98, 100])).toEqual([75, 85, 95])
  expect(spreadOver(30, [0, 30, 15])).toEqual([5, 15, 25])
})
