import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ChildServer } from '../child-server.ts'
import { until } from '../until.ts'
import type { Image } from './build-image.ts'

const run = promisify(execFile)

/**
 * What a container gets: processes, mounts and a network of its own, of which only the loopback is up; its root to read alone,
 * volumes and an empty /tmp to write; no right that root has and no way to get one. As compose.yaml has it.
 */
const CONTAINED = `set -e
root=$1 user=$2 workdir=$3 volumes=$4; shift 4
ip link set lo up
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
for volume in $volumes; do mount --bind "\${volume#*:}" "$root\${volume%%:*}"; done
mount -o remount,ro,bind "$root"
exec chroot "$root" env -i setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \\
  env --chdir="$workdir" "$@"`

/** A command inside, as `docker exec` runs it. */
const EXEC =
  'pid=$1 user=$2 workdir=$3; shift 3; exec nsenter --target "$pid" --mount --net --pid --root env -i setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs env --chdir="$workdir" "$@"'

/** An image that runs without a network. */
export class Container extends ChildServer {
  readonly #image: Image

  private constructor(image: Image, command: readonly string[]) {
    super(command, { cwd: '/' })
    this.#image = image
  }

  /** @param folder where its volumes are kept */
  static async open(image: Image, folder: string): Promise<Container> {
    const { root, user, workdir, volumes, entrypoint } = image
    const mounts: string[] = []
    for (const volume of volumes) {
      const path = join(folder, volume)
      mkdirSync(path, { recursive: true })
      // As Docker fills a new volume: with what the image has there.
      await run('cp', ['-aT', join(root, volume), path])
      mounts.push(`${volume}:${path}`)
    }
    const contained = ['sh', '-c', CONTAINED, 'sh', root, user, workdir, mounts.join(' ')]
    const namespaces = ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child']
    return new Container(image, [...namespaces, ...contained, ...variables(image), ...entrypoint])
  }

  /** Resolves with what it prints; rejects with that if it fails. */
  async exec(command: readonly string[]): Promise<string> {
    const { user, workdir } = this.#image
    const pid = String(await this.#firstProcess())
    const args = ['-c', EXEC, 'sh', pid, user, workdir, ...variables(this.#image), ...command]
    const { stdout } = await run('sh', args).catch((error) => {
      throw new Error(`${command.join(' ')}: ${error.stdout}${error.stderr}`)
    })
    return stdout
  }

  /** As `docker stop`: to its first process. */
  async stop(): Promise<number | NodeJS.Signals> {
    process.kill(await this.#firstProcess(), 'SIGTERM')
    return this.exited
  }

  /** The child of unshare, which is process 1 inside. */
  #firstProcess(): Promise<number> {
    const path = `/proc/${this.pid}/task/${this.pid}/children`
    return until(() => Number(readFileSync(path, 'utf8').trim()))
  }
}

const variables = ({ environment }: Image) => Object.entries(environment).map(([name, value]) => `${name}=${value}`)
