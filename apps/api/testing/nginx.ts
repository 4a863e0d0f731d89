import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ChildServer } from './child-server.ts'
import { programOf } from './debian-package.ts'
import { freePort } from './free-port.ts'
import { tempFolder } from './temp-folder.ts'
import { until } from './until.ts'

const PROGRAMS = ['/usr/sbin/nginx', '/usr/local/sbin/nginx']

/** What differs from nginx's default settings. */
interface NginxConfig {
  /** Lines of `http`, such as an upstream. */
  http?: string
  /** Lines of `server`. */
  server?: string
  /** Lines of the location where requests are passed on. */
  location?: string
  /** What addresses that are passed on begin with. */
  path?: string
  /** What `proxy_pass` names. */
  to: string
  tls?: { cert: string; key: string }
}

/** nginx in front of a server, until the test has ended. Resolves with its address. */
export async function openNginx({
  http = '',
  server = '',
  location = '',
  path = '/',
  to,
  tls,
}: NginxConfig): Promise<string> {
  const program = await programOf(
    'nginx-core',
    () => PROGRAMS.find(existsSync),
    'nginx is needed for this test: apt-get install nginx-core',
  )
  const folder = tempFolder()
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  for (const name of temporary) mkdirSync(join(folder, name))
  const listen = tls
    ? `listen 127.0.0.1:${port} ssl http2; ssl_certificate ${tls.cert}; ssl_certificate_key ${tls.key};`
    : `listen 127.0.0.1:${port};`
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log stderr;
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  ${http}
  server {
    ${listen}
    ${server}
    location ${path} {
      proxy_pass ${to};
      ${location}
    }
  }
}
`,
  )
  const nginx = new ChildServer([program, '-c', join(folder, 'nginx.conf'), '-p', folder, '-e', 'stderr'], {
    cwd: folder,
  })
  onTestFinished(() => nginx.end())
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
  await until(
    () =>
      new Promise<boolean>((resolve, reject) => {
        if (!nginx.running) return reject(new Error(nginx.output))
        const socket = connect(port, '127.0.0.1', () => resolve(true))
        socket.on('error', () => resolve(false))
        socket.on('connect', () => socket.destroy())
      }),
  )
  return url
}
