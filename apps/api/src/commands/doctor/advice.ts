import type { IncomingHttpHeaders } from 'node:http'

/** What can be in the way. */
export type Problem =
  | 'buffered'
  | 'compressed'
  | 'cut-early'
  | 'headers-changed'
  | 'no-http2'
  | 'http-1.0'
  | 'wrong-host'
  | 'wrong-scheme'
  | 'wrong-path'
  | 'path-taken-off'
  | 'no-forwarded-for'
  | 'not-trusted'
  | 'clock-off'

export type ProxyName = 'nginx' | 'Caddy' | 'Apache' | 'HAProxy' | 'Traefik' | 'Cloudflare'

/** The proxy in front, by what it says of itself. HAProxy and Traefik say nothing by default. */
export function proxyOf({ server = '', via = '', 'cf-ray': ray }: IncomingHttpHeaders): ProxyName | undefined {
  const said = `${server} ${via}`.toLowerCase()
  if (ray !== undefined || said.includes('cloudflare')) return 'Cloudflare'
  const names = { nginx: 'nginx', caddy: 'Caddy', apache: 'Apache', haproxy: 'HAProxy', traefik: 'Traefik' } as const
  for (const [name, proxy] of Object.entries(names)) if (said.includes(name)) return proxy
  return undefined
}

/** What to change, for each proxy; `any` where it has no line of its own. */
const LINES: Record<Problem, Partial<Record<ProxyName, string>> & { any: string }> = {
  buffered: {
    nginx: 'proxy_buffering off;  and take out: proxy_ignore_headers X-Accel-Buffering;',
    Apache: 'ProxyPass / http://127.0.0.1:3000/ flushpackets=on',
    Caddy: 'reverse_proxy 127.0.0.1:3000 { flush_interval -1 }',
    HAProxy: 'take out: option http-buffer-request, and filters that compress',
    any: 'have the proxy pass each byte on at once for text/event-stream',
  },
  compressed: {
    nginx: 'take text/event-stream out of gzip_types (and gzip_types * with it)',
    Caddy: 'encode { match header Content-Type text/html* }',
    Apache: 'SetEnvIf Request_URI "/(stream|streams)$" no-gzip',
    Traefik: 'compress: excludedContentTypes: [text/event-stream]',
    HAProxy: 'take text/event-stream out of compression type',
    any: 'do not compress text/event-stream',
  },
  'cut-early': {
    nginx: 'proxy_read_timeout 60s;',
    Apache: 'ProxyTimeout 60',
    HAProxy: 'timeout server 60s  and  timeout tunnel 60s',
    any: 'let a connection be silent for 35 s: Pollcast sends a comment every 15 s',
  },
  'headers-changed': { any: 'pass Content-Type and Cache-Control of streams on as they are' },
  'no-http2': {
    nginx: 'listen 443 ssl http2;',
    Apache: 'Protocols h2 http/1.1',
    HAProxy: 'bind :443 ssl crt FILE alpn h2,http/1.1',
    any: 'let it speak HTTP/2 to browsers: over HTTP/1.1 a browser has six connections to a host',
  },
  'http-1.0': {
    nginx: 'proxy_http_version 1.1;',
    Apache: 'take out: SetEnv force-proxy-request-1.0',
    any: 'speak HTTP/1.1 to Pollcast',
  },
  'wrong-host': {
    nginx: 'proxy_set_header Host $http_host;',
    Apache: 'ProxyPreserveHost On',
    any: 'pass Host on with its port, or set PUBLIC_URL',
  },
  'wrong-scheme': {
    nginx: 'proxy_set_header X-Forwarded-Proto $scheme;  and start Pollcast with TRUST_PROXY=on',
    Apache: 'RequestHeader set X-Forwarded-Proto https  and start Pollcast with TRUST_PROXY=on',
    HAProxy: 'http-request set-header X-Forwarded-Proto https  and start Pollcast with TRUST_PROXY=on',
    any: 'send X-Forwarded-Proto and start Pollcast with TRUST_PROXY=on, or set PUBLIC_URL',
  },
  'wrong-path': { any: 'start Pollcast with PUBLIC_URL set to the address that people open, with its path' },
  'path-taken-off': {
    nginx: 'proxy_pass http://127.0.0.1:3000;  without a slash or path at its end',
    Caddy: 'handle /PATH* instead of handle_path',
    Apache: 'ProxyPass /PATH/ http://127.0.0.1:3000/PATH/',
    HAProxy: 'take out: http-request replace-path',
    Traefik: 'take out the middleware stripPrefix',
    any: 'pass the path on as it is',
  },
  'no-forwarded-for': {
    nginx: 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
    HAProxy: 'option forwardfor',
    any: 'have the proxy append the client’s address to X-Forwarded-For',
  },
  'not-trusted': { any: 'start Pollcast with TRUST_PROXY=on, or with the number of proxies in a row' },
  'clock-off': { any: 'set the clocks by NTP: timedatectl set-ntp true' },
}

/** The line to change. */
export function lineFor(problem: Problem, proxy: ProxyName | undefined): string {
  const lines = LINES[problem]
  return (proxy && lines[proxy]) ?? lines.any
}
