const KEY = Buffer.from('"totalVotes":')
const FRAME_END = Buffer.from('\n\n')
const LINE_FEED = 0x0a

/**
 * Reads the counts out of a stream's bytes without parsing its frames: thousands of streams are read by the machine
 * that also runs the server. A frame counts once it is whole. No text can pass for the key, for JSON escapes quotes.
 */
export class FrameScanner {
  /** Whole frames that carried a count. */
  frames = 0
  /** The count that came last; -1 before the first. */
  newest = -1
  /** True once a count came that was less than one before it. */
  wentBack = false
  #rest: Buffer | undefined

  /** Reads what has come: the buffer's first `length` bytes, of which nothing is kept but by copying. */
  scan(buffer: Buffer, length: number): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, buffer.subarray(0, length)]) : buffer
    const end = bytes === buffer ? length : bytes.length
    const whole = framesEnd(bytes, end)
    // Up to two bytes can be no more than what ends a chunk of HTTP's: nothing that a count would be read from.
    this.#rest = end - whole > 2 ? Buffer.from(bytes.subarray(whole, end)) : undefined
    this.#count(bytes, whole)
  }

  #count(bytes: Buffer, end: number): void {
    const before = this.newest
    let next = Number.POSITIVE_INFINITY
    // From the last to the first: in most cases there is one.
    for (let at = lastKey(bytes, end); at >= 0; at = lastKey(bytes, at)) {
      const count = digits(bytes, at + KEY.length)
      if (next === Number.POSITIVE_INFINITY) this.newest = count
      if (count > next) this.wentBack = true
      next = count
      this.frames += 1
    }
    if (next < before) this.wentBack = true
  }
}

function framesEnd(bytes: Buffer, end: number): number {
  if (end < FRAME_END.length) return 0
  if (bytes[end - 1] === LINE_FEED && bytes[end - 2] === LINE_FEED) return end
  const at = bytes.lastIndexOf(FRAME_END, end - FRAME_END.length)
  return at < 0 ? 0 : at + FRAME_END.length
}

function lastKey(bytes: Buffer, end: number): number {
  return end < KEY.length ? -1 : bytes.lastIndexOf(KEY, end - KEY.length)
}

function digits(bytes: Buffer, from: number): number {
  let count = 0
  for (let at = from; ; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30
    if (digit < 0 || digit > 9) return count
    count = count * 10 + digit
  }
}
