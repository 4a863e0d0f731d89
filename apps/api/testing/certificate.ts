import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempFolder } from './temp-folder.ts'

/** Files with a new certificate for this machine, signed by itself, and its key: until the test has ended. */
export function certificateFiles(name = 'pollcast') {
  const folder = tempFolder()
  const paths = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', paths.key]
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', ...key, '-out', paths.cert, '-days', '2', ...names], { stdio: 'ignore' })
  return { paths, cert: readFileSync(paths.cert, 'utf8'), key: readFileSync(paths.key, 'utf8') }
}
