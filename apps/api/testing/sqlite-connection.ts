import sqlite3 from 'sqlite3'
import { onTestFinished } from 'vitest'

/** A connection to an SQLite file, beside the running server's, that stays open until the test has ended. */
export function connect(path: string): (sql: string) => Promise<void> {
  const database = new sqlite3.Database(path, sqlite3.OPEN_READWRITE)
  onTestFinished(() => new Promise<void>((resolve) => database.close(() => resolve())))
  return (sql) => new Promise((resolve, reject) => database.exec(sql, (error) => (error ? reject(error) : resolve())))
}
