/** Ends this process with 1 where the work is not done by then. */
export function limitTime(seconds: number, hint = ''): void {
  const late = () => {
    console.error(`\nNot done within ${seconds} s: given up. ${hint}`.trimEnd())
    process.exit(1)
  }
  setTimeout(late, seconds * 1000).unref()
}
