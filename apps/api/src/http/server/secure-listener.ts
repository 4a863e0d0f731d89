import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'

/** A certificate with its chain, and its private key, both as PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

interface SecureListenerParts {
  certificate: Certificate
  /** Milliseconds for the handshake. */
  handshakeMs: number
  onHttp1(socket: TLSSocket): void
  onHttp2(socket: TLSSocket): void
  /** Called for each TCP connection. If it returns false, it has closed it. */
  admit(socket: Socket): boolean
}

/** Listens for TLS, and leaves each connection to the HTTP that its client has chosen (ALPN, RFC 7301). */
export function secureListener({ certificate, handshakeMs, onHttp1, onHttp2, admit }: SecureListenerParts): Server {
  const server = createServer({
    ...certificate,
    ALPNProtocols: ['h2', 'http/1.1'],
    minVersion: 'TLSv1.2',
    handshakeTimeout: handshakeMs,
  })
  const begin = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    if (admit(socket)) for (const listener of begin) listener.call(server, socket)
  })
  server.on('secureConnection', (socket) => {
    if (socket.alpnProtocol === 'h2') onHttp2(socket)
    // A client that names no protocol speaks HTTP/1.1.
    else onHttp1(socket)
  })
  server.on('tlsClientError', (_, socket) => socket.destroy())
  return server
}
