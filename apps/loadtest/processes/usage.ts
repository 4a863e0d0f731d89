import { readFileSync } from 'node:fs'

/** Ticks a second in /proc/PID/stat: the kernel's USER_HZ, 100 wherever Node runs on Linux. */
const TICKS = 100

export interface Usage {
  cpuSeconds: number
  /** Resident memory, without the buffers that the kernel has for sockets. */
  memoryMb: number
}

/** The processes that it has started. Empty if it has gone, or there is no /proc. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** What processes have used so far, in total. Undefined if there is no /proc, or one of them has gone. */
export function usageOf(pids: readonly number[]): Usage | undefined {
  if (pids.length === 0) return undefined
  const sum: Usage = { cpuSeconds: 0, memoryMb: 0 }
  try {
    for (const pid of pids) {
      // The name in parentheses may hold anything, spaces too.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      sum.cpuSeconds += (Number(fields[11]) + Number(fields[12])) / TICKS
      const memory = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
      sum.memoryMb += Number(memory?.[1] ?? 0) / 1024
    }
    return sum
  } catch {
    return undefined
  }
}
