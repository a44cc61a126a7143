import { create } from 'zustand'

/** What any page may ask of the import and export, which belong to no page. `keys` exports only these. */
export type TransferRequest =
  | { readonly kind: 'import'; readonly files?: readonly File[] }
  | { readonly kind: 'export'; readonly prefix: string; readonly keys?: readonly string[] }

interface TransferState {
  readonly requests: readonly TransferRequest[]
  take(): TransferRequest | undefined
}

/** Asked for, and not yet answered. */
export const useTransferRequests = create<TransferState>((set, get) => ({
  requests: [],
  take() {
    const [first, ...rest] = get().requests
    if (first) set({ requests: rest })
    return first
  },
}))

/** Opens the import or the export, wherever the person is. */
export const requestTransfer = (request: TransferRequest): void =>
  useTransferRequests.setState(({ requests }) => ({ requests: [...requests, request] }))
