/** For the one field of a surface that just opened: what is typed from now on goes into it. */
export const focusAtOnce = (field: HTMLInputElement | null): void => field?.focus()
