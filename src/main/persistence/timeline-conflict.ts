import { HoldfastError } from '../base/errors.ts'

export const restoredMeanwhile = (): HoldfastError =>
  new HoldfastError('conflict', 'The store was restored, or a restore was undone, meanwhile. Look at what is there now, then decide.')
