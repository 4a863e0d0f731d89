import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LinkedList, type Node } from './linked-list.ts'

const valuesOf = (list: LinkedList<number>) => [...list].map(({ value }) => value)

test('values stay in the order in which they were added, whichever are deleted, and however often', () => {
  const steps = fc.array(fc.oneof(fc.constant('add' as const), fc.nat()), { maxLength: 60 })
  fc.assert(
    fc.property(steps, (steps) => {
      const list = new LinkedList<number>()
      const nodes: Node<number>[] = []
      const expected = new Set<number>()
      for (const [value, step] of steps.entries()) {
        const node = step === 'add' || nodes.length === 0 ? undefined : nodes[step % nodes.length]
        if (node) list.delete(node)
        else nodes.push(list.add(value))
        if (node) expected.delete(node.value)
        else expected.add(value)
        expect(valuesOf(list)).toEqual([...expected])
      }
    }),
  )
})

test('the node at hand may be deleted while the list is gone through', () => {
  const list = new LinkedList<number>()
  for (const value of [1, 2, 3]) list.add(value)
  const seen: number[] = []
  for (const node of list) {
    seen.push(node.value)
    list.delete(node)
  }
  expect(seen).toEqual([1, 2, 3])
  expect(valuesOf(list)).toEqual([])
})

test('a node that was deleted leads to no other', () => {
  const list = new LinkedList<number>()
  const [, middle] = [list.add(1), list.add(2), list.add(3)]
  list.delete(middle)
  expect(middle).toEqual({ value: 2, previous: undefined, next: undefined })
})
