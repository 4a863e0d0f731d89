import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface MetricsServer {
  port: number
  close(): Promise<void>
}

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Serves `GET /metrics` on a port of its own, which the public need not reach. Rejects with the error of `listen`.
 *
 * @param read resolves with the text; where it rejects, the answer is 500 and the error is logged
 */
export async function serveMetrics(
  port: number,
  host: string | undefined,
  read: () => Promise<string>,
  onError: (error: unknown) => void,
): Promise<MetricsServer> {
  const server = createServer(async (req, res) => {
    const isFound = req.url?.split('?')[0] === '/metrics'
    if (!isFound || (req.method !== 'GET' && req.method !== 'HEAD')) {
      res.writeHead(isFound ? 405 : 404, { 'Content-Type': 'text/plain', ...(isFound && { Allow: 'GET, HEAD' }) })
      return res.end('The metrics are at GET /metrics.\n')
    }
    try {
      const text = await read()
      res.writeHead(200, { 'Content-Type': CONTENT_TYPE, 'Cache-Control': 'no-store' }).end(text)
    } catch (error) {
      onError(error)
      res.writeHead(500).end()
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
