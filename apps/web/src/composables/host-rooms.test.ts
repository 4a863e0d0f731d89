import { afterEach, beforeEach, expect, test } from 'vitest'
import { hostRooms } from './host-rooms.ts'

function clear(): void {
  for (const { code } of hostRooms.list()) hostRooms.forget(code)
}
beforeEach(clear)
afterEach(clear)

const at = (hour: number) => `2030-01-01T0${hour}:00:00.000Z`

test('rooms are listed with the last opened one first', () => {
  hostRooms.keep({ code: '111111', hostKey: 'one', title: 'First', openedAt: at(1) })
  hostRooms.keep({ code: '222222', hostKey: 'two', title: 'Second', openedAt: at(2) })
  expect(hostRooms.list().map(({ title }) => title)).toEqual(['Second', 'First'])
  hostRooms.keep({ code: '111111', openedAt: at(3) })
  expect(hostRooms.list().map(({ title }) => title)).toEqual(['First', 'Second'])
})

test('what is not given stays: the key beside a new title, the title beside a new key', () => {
  hostRooms.keep({ code: '111111', hostKey: 'one', title: 'First' })
  hostRooms.keep({ code: '111111', title: 'Renamed' })
  hostRooms.keep({ code: '111111', hostKey: 'new' })
  expect(hostRooms.find('111111')).toMatchObject({ hostKey: 'new', title: 'Renamed' })
})

test('a room without a key is not kept, and a forgotten one is gone', () => {
  hostRooms.keep({ code: '111111', title: 'No key' })
  expect(hostRooms.list()).toEqual([])
  hostRooms.keep({ code: '111111', hostKey: 'one' })
  hostRooms.forget('111111')
  expect(hostRooms.find('111111')).toBeUndefined()
})
