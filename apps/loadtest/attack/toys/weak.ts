import { serveToy } from './toy.ts'

serveToy(true)
