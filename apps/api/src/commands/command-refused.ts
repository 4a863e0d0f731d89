/** A command that can't do what was asked. The message says why and what to do. */
export class CommandRefused extends Error {}
