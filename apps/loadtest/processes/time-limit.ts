/** Ends this process with exit code 1 if the work is not done in time. */
export function limitTime(seconds: number, hint = ''): void {
  const late = () => {
    console.error(`\nNot done within ${seconds} s: given up. ${hint}`.trimEnd())
    process.exit(1)
  }
  setTimeout(late, seconds * 1000).unref()
}
