import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2'

/** The HTTP/2 stream of a response; undefined over HTTP/1.1. */
export function http2StreamOf(res: ServerResponse): ServerHttp2Stream | undefined {
  return 'stream' in res ? (res as unknown as Http2ServerResponse).stream : undefined
}

/**
 * Takes an HTTP/2 stream from its response: writes the head, and returns it for the caller to write the rest. The request
 * counts as answered.
 */
export function takeStream(res: ServerResponse, headers: OutgoingHttpHeaders): ServerHttp2Stream {
  const stream = http2StreamOf(res)
  if (!stream) throw new Error('The response has no HTTP/2 stream to take')
  stream.respond({ ...res.getHeaders(), ...headers, ':status': 200 })
  stream.setTimeout(0)
  // The client has said all: nothing is read.
  stream.resume()
  res.emit('finish')
  return stream
}
