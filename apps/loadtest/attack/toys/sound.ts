import { serveToy } from './toy.ts'

serveToy(false)
