import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { reasonOf } from '../lib/reason-of.ts'
import { ConfigError } from './config.ts'

/** Paths of the files that TLS_CERT and TLS_KEY name. */
export interface TlsPaths {
  readonly cert: string
  readonly key: string
}

/** Reads the certificate with its chain and its private key, as PEM. Throws a ConfigError that says what is wrong. */
export function readTlsFiles(paths: TlsPaths): { cert: string; key: string } {
  const cert = read('TLS_CERT', paths.cert)
  const key = read('TLS_KEY', paths.key)
  const own = check(
    `TLS_CERT: ${paths.cert} has no certificate in PEM that can be used`,
    () => new X509Certificate(cert),
  )
  if (/ENCRYPTED/.test(key)) {
    throw new ConfigError(`TLS_KEY: the key in ${paths.key} has a passphrase. Take it off: openssl pkey -in … -out …`)
  }
  const privateKey = check(`TLS_KEY: ${paths.key} has no private key in PEM that can be used`, () =>
    createPrivateKey(key),
  )
  if (!own.checkPrivateKey(privateKey)) {
    throw new ConfigError(
      `TLS_KEY: the key in ${paths.key} is not that of the first certificate in ${paths.cert} (TLS_CERT). ` +
        "The server's own certificate has to come first, then its chain.",
    )
  }
  // What OpenSSL finds beyond that: a chain with errors, a key that is too short.
  check(`TLS_CERT: ${paths.cert} can't be used`, () => createSecureContext({ cert, key }))
  return { cert, key }
}

function read(name: string, path: string): string {
  return check(`${name}: ${path} can't be read`, () => readFileSync(path, 'utf8'))
}

function check<T>(failed: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw new ConfigError(`${failed}: ${reasonOf(error as Error)}.`)
  }
}
