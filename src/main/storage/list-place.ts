import { HoldfastError } from '../base/errors.ts'

/** For an `after` that no page has given. */
export const wrongPlace = (): HoldfastError =>
  new HoldfastError('invalid_request', 'after: expected what "next" of a page of this list was.', { details: { field: 'after' } })
