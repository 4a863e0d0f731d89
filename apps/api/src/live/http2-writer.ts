import type { ServerHttp2Stream } from 'node:http2'
import type { StreamWriter } from './stream.ts'

/**
 * Writes frames to an HTTP/2 stream. One frame at a time: it is written when the client's window for the stream and the
 * connection's socket have taken it, so a slow reader has one frame waiting here, however many streams its connection has.
 */
export class Http2Writer implements StreamWriter {
  readonly #stream: ServerHttp2Stream
  #written: (() => void) | undefined

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream
  }

  /** Always false: even a fast reader's frame goes out only with the next batch of the connection's. */
  write(bytes: Uint8Array): boolean {
    if (this.#stream.writable) this.#stream.write(bytes, this.#onWritten)
    return false
  }

  whenWritten(written: () => void): void {
    this.#written = written
  }

  end(): void {
    this.#stream.end()
  }

  destroy(): void {
    this.#stream.destroy()
  }

  readonly #onWritten = (error?: Error | null): void => {
    if (!error) this.#written?.()
  }
}
