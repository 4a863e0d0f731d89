import { serveFake } from './fake-server.ts'

serveFake(true)
