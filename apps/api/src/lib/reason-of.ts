/** Why it failed, in words: where several addresses of a host were tried, Node gives a code and no message. */
export const reasonOf = (error: Error): string => error.message || (error as NodeJS.ErrnoException).code || error.name
