/** Limits that are part of the contract: clients may rely on them. Sizes in bytes. */
export const maxKeyBytes = 1024
export const defaultMaxValueBytes = 16 * 1024 * 1024
export const maxBatchOperations = 10_000
export const maxBatchBytes = 64 * 1024 * 1024
/** Failed lines that an import lists unless told otherwise, and the most that it can be told to list. */
export const maxImportErrors = 100
export const maxListedImportErrors = 50_000
export const maxImportLineBytes = 32 * 1024 * 1024
export const maxEventKeys = 1000
export const defaultPageSize = 100
export const maxPageSize = 1000
/** The most bytes of values that one page of a list carries; a page that would carry more ends early, with `next` set. */
export const maxPageValueBytes = 8 * 1024 * 1024
/** The most bytes of a value that are read as one part. */
export const maxPartBytes = 1024 * 1024
export const maxTtlSeconds = 10 * 365 * 24 * 3600
export const maxConnections = 256
export const maxRequestsInFlight = 1024
export const overlayWaitMs = 5000
/** The longest socket path that every system takes; beyond it Linux would cut the path silently. */
export const maxSocketPathBytes = 107
