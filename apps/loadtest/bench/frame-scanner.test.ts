import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameScanner } from './frame-scanner.ts'

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'
const frame = (count: number, event = 'update') =>
  `event: ${event}\nid: ${count}\ndata: {"pollId":"abcdefgh","totalVotes":${count},"choices":[{"text":"a \\"totalVotes\\":9"}]}\n\n`

const scanned = (...chunks: string[]) => {
  const scanner = new FrameScanner()
  // What is read lies in a larger buffer, behind which older bytes still are.
  const buffer = Buffer.from(frame(777).repeat(40))
  for (const chunk of chunks) scanner.scan(buffer, buffer.write(chunk))
  return { newest: scanner.newest, frames: scanner.frames, wentBack: scanner.wentBack }
}

test('the newest count is that of the last whole frame', () => {
  expect(scanned()).toEqual({ newest: -1, frames: 0, wentBack: false })
  expect(scanned(HEAD)).toEqual({ newest: -1, frames: 0, wentBack: false })
  expect(scanned(HEAD + frame(0, 'snapshot'))).toEqual({ newest: 0, frames: 1, wentBack: false })
  expect(scanned(frame(1), frame(2) + frame(12))).toEqual({ newest: 12, frames: 3, wentBack: false })
  expect(scanned(frame(12) + frame(13).slice(0, -1))).toEqual({ newest: 12, frames: 1, wentBack: false })
})

test('comments carry no count, and chunks of HTTP do not hide one', () => {
  expect(scanned(frame(5), ': keepalive\n\n')).toEqual({ newest: 5, frames: 1, wentBack: false })
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
  expect(scanned(chunk(frame(5)), chunk(frame(6)))).toEqual({ newest: 6, frames: 2, wentBack: false })
})

test('the same counts are read however the bytes are cut, and going back is noticed', () => {
  const counts = fc.array(fc.nat(2000), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(counts, fc.array(fc.nat()), (counts, cuts) => {
      const text = HEAD + counts.map((count) => frame(count)).join('')
      const at = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length]
      const chunks = at.slice(1).map((end, index) => text.slice(at[index], end))
      const wentBack = counts.some((count, index) => count < (counts[index - 1] ?? 0))
      expect(scanned(...chunks)).toEqual({ newest: counts.at(-1), frames: counts.length, wentBack })
    }),
  )
})
