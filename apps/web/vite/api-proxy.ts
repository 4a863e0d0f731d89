import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Plugin } from 'vite'

/**
 * Hands the API what is its own to answer while developing: `/api`, streams included, and every page, which the API
 * renders with its context as it does in production. Vite's own proxy would do but for its stack traces each time the
 * API restarts.
 */
export function apiProxy(apiPort: number): Plugin {
  return {
    name: 'pollcast:api-proxy',
    configureServer(server) {
      server.middlewares.use((req, res, next) => (isForApi(req) ? forward(req, res, apiPort) : next()))
    },
  }
}

function isForApi(req: IncomingMessage): boolean {
  const path = (req.url ?? '/').split('?', 1)[0] ?? '/'
  if (path.startsWith('/api/')) return true
  const isFile = path.startsWith('/@') || path.includes('.')
  return !isFile && (req.headers.accept ?? '').includes('text/html')
}

function forward(req: IncomingMessage, res: ServerResponse, port: number): void {
  const upstream = request({ port, path: req.url, method: req.method, headers: req.headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers)
    res.flushHeaders()
    answer.pipe(res)
    // A stream that the API cuts off must look cut off to the browser too.
    answer.on('error', () => res.destroy())
  })
  upstream.on('error', () => {
    if (res.headersSent) res.destroy()
    else sayNotUp(res, port)
  })
  res.on('close', () => upstream.destroy())
  req.pipe(upstream)
}

function sayNotUp(res: ServerResponse, port: number): void {
  const message = `The API does not answer on port ${port} yet. This is tried again every second.`
  res.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '1', Refresh: '1' })
  res.end(`${message}\n`)
}
