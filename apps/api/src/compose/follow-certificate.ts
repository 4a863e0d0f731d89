import { readTlsFiles, type TlsPaths } from '../config/tls-files.ts'
import type { Log } from '../lib/log.ts'

/** Milliseconds between two looks at the files. */
const LOOK_MS = 5000

interface Certificate {
  cert: string
  key: string
}

/**
 * Has the server use the certificate that is in the files, when that changes. Files are looked at, not watched: they are
 * often links whose targets change, and the two do not change at once.
 *
 * @param current what it uses
 * @param log gets each change, and once why files that stay as they are can't be used; until they can be, the server goes on with
 *   the certificate that it has
 * @returns stops that
 */
export function followCertificate(
  paths: TlsPaths,
  current: Certificate,
  server: { setCertificate(certificate: Certificate): void },
  log: Log,
  lookMs = LOOK_MS,
): () => void {
  let used = current
  let problem: string | undefined
  let isLogged = false
  const look = () => {
    try {
      const found = readTlsFiles(paths)
      problem = undefined
      if (found.cert === used.cert && found.key === used.key) return
      server.setCertificate(found)
      used = found
      log.info(`The certificate in ${paths.cert} has changed, and is used for new connections.`, {
        event: 'certificate-changed',
      })
    } catch (error) {
      const { message } = error as Error
      // At the first look only one of the files may have been written.
      if (message !== problem) isLogged = false
      else if (!isLogged) {
        log.error(`${message} The server goes on with the certificate that it has.`, {
          event: 'certificate-refused',
        })
        isLogged = true
      }
      problem = message
    }
  }
  const timer = setInterval(look, lookMs).unref()
  return () => clearInterval(timer)
}
