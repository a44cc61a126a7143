import type { Job, UploadWish } from '../../../contract/index.ts'
import type { RecordStore } from '../../persistence/record-store.ts'
import type { EventHub } from '../../storage/event-hub.ts'
import type { LockManager } from '../../storage/locks/lock-manager.ts'
import type { StorageManager } from '../../storage/storage-manager.ts'
import type { CallContext, Router } from '../router.ts'
import type { TimelineTag } from '../timeline-tag.ts'

/** What the HTTP doors serve. */
export interface HttpServices {
  readonly router: Router
  readonly storage: StorageManager
  /** `imports.upload`, its file as it comes in. */
  readonly upload: (wish: UploadWish, content: AsyncIterable<Uint8Array>, context: CallContext) => Promise<Job>
  readonly locks: Pick<LockManager, 'fence'>
  readonly store: Pick<RecordStore, 'mode'>
  readonly timeline: TimelineTag
  readonly events: EventHub
  readonly metrics: () => Promise<{ readonly contentType: string; render(): Promise<string> }>
  /** `limits.max_value_mb` in bytes; it may change while the host runs. */
  readonly limits: { readonly maxValueBytes: number }
  /** Of the program, for the OpenAPI document. */
  readonly version: string
  /** The renderer's build, `out/renderer`. */
  readonly uiFolder: string
}
