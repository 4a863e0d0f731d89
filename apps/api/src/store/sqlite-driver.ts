import sqlite3 from 'sqlite3'

/**
 * TypeORM asks for sqlite3's verbose mode, which takes a stack trace and a printout of the parameters for every
 * statement, in case it fails: a fifth of the time a vote takes.
 */
export const driver = { ...sqlite3, verbose: () => sqlite3 }
