import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** Stands between a subject and a server, and can be a bad network. */
export class ProxyServer {
  readonly #server: Server
  readonly #sockets = new Map<Socket, 'asking' | 'answering'>()
  #stalled = false
  #held: 'nothing' | 'answers' | 'all' = 'nothing'
  #refusing = false

  private constructor(target: URL, standardPort: number) {
    this.#server = createServer((socket) => {
      if (this.#refusing) return socket.destroy()
      const onward = connect(Number(target.port) || standardPort, target.hostname)
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        this.#sockets.set(from, from === socket ? 'asking' : 'answering')
        this.#flow(from)
        from.on('data', (data) => void (this.#stalled || to.write(data)))
        from.on('error', () => {})
        from.on('close', () => {
          this.#sockets.delete(from)
          to.destroy()
        })
      }
    })
  }

  /** The address of a new proxy before that of a server, otherwise the same. */
  static async before(address: string, standardPort: number): Promise<{ proxy: ProxyServer; url: string }> {
    const url = new URL(address)
    const proxy = new ProxyServer(new URL(address), standardPort)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    url.hostname = '127.0.0.1'
    url.port = String((proxy.#server.address() as AddressInfo).port)
    return { proxy, url: url.href }
  }

  /** Closes every connection; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets.keys()) socket.destroy()
  }

  /** Closes every connection, and new ones at once. */
  refuse(refusing = true): void {
    this.#refusing = refusing
    if (refusing) this.cut()
  }

  /** Keeps connections and takes new ones, and lets nothing through: what came meanwhile is lost. */
  stall(stalled = true): void {
    this.#stalled = stalled
  }

  /**
   * Keeps connections and takes new ones, and lets nothing through, or no answers. What came meanwhile goes on its way
   * when it is over, as TCP has it where packets got lost.
   */
  hold(held: 'nothing' | 'answers' | 'all'): void {
    this.#held = held
    for (const socket of this.#sockets.keys()) this.#flow(socket)
  }

  close(): void {
    this.#server.close()
    this.cut()
  }

  #flow(from: Socket): void {
    const held = this.#held === 'all' || (this.#held === 'answers' && this.#sockets.get(from) === 'answering')
    if (held) from.pause()
    else from.resume()
  }
}
