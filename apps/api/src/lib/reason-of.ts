/** The reason of an error in words. If Node has tried several addresses of a host, its error has a code and no message. */
export const reasonOf = (error: Error): string => error.message || (error as NodeJS.ErrnoException).code || error.name
