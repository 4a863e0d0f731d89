const FORM = 'must be sqlite:PATH, such as sqlite:data/pollcast.sqlite, or postgres://USER:PASSWORD@HOST:PORT/DATABASE'

/**
 * Says what is wrong with a DATABASE_URL and what may be meant; undefined if it is valid. Refuses what other programs read
 * in another way: here it would be a new, empty database at another place. Never repeats a password.
 */
export function databaseUrlProblem(url: string): string | undefined {
  if (url.startsWith('sqlite:')) return pathProblem(url.slice('sqlite:'.length))
  if (!/^postgres(ql)?:\/\/./.test(url) || !URL.canParse(url)) return FORM
  return serverUrlProblem(url)
}

function pathProblem(path: string): string | undefined {
  if (path === '') return FORM
  if (path.startsWith('//')) {
    const rest = path.replace(/^\/+/, '')
    return `must be sqlite:PATH without //. For a path from the working directory write sqlite:${rest}, for one from the root sqlite:/${rest}`
  }
  if (path.startsWith('file:')) return 'must be sqlite:PATH: write the path itself, without file:'
  if (path.startsWith(':')) return `must name a file: a database in memory (${path}) would be lost with the process`
  if (path.startsWith('~'))
    return `does not know "~": write the full path of the home folder, as in sqlite:/home/me${path.slice(1)}`
  if (/\$\w|\$\{/.test(path)) return 'has a variable ($…) in its path that nothing has replaced: write the path itself'
  if (path.includes('?')) return 'takes no parameters: leave out the "?" and what comes after it'
  if (/%[0-9a-f]{2}/i.test(path))
    return 'takes the path as it is: write the characters themselves, without percent-encoding such as %20'
  if (/(^|[/\\])\.{0,2}$/.test(path))
    return `must name a file: ${path} is a folder. Add a name, such as pollcast.sqlite`
  if (/-(wal|shm|journal|lock)$/.test(path)) {
    return `must name the database itself, sqlite:${path.replace(/-\w+$/, '')}, and not a file that belongs to it`
  }
  if (path !== path.trim()) return 'has a space before or after its path'
  return undefined
}

/** The same for a REDIS_URL. */
export function redisUrlProblem(url: string): string | undefined {
  if (!/^rediss?:\/\/./.test(url) || !URL.canParse(url) || new URL(url).hostname === '') {
    return 'must be redis://HOST:PORT, or rediss:// for TLS, such as redis://127.0.0.1:6379'
  }
  const problem = serverUrlProblem(url)
  if (problem) return problem
  return /^\/?\d*$/.test(new URL(url).pathname) ? undefined : 'must end with a number such as /1 if it names a database'
}

/** A "/", "?" or "#" in a password would end the host's name: the URL would name another server. */
function serverUrlProblem(url: string): string | undefined {
  const { username, password, pathname, search, hash } = new URL(url)
  if ([username, password, pathname].some((part) => !isDecodable(part))) {
    return 'has a "%" that belongs to its user, password or name: write it as %25'
  }
  if (hash !== '' || `${pathname}${search}`.includes('@')) {
    return 'has a "/", "?", "#" or "@" that belongs to its user or password: write them as %2F, %3F, %23 and %40'
  }
  return undefined
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
