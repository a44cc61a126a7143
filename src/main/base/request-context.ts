import { AsyncLocalStorage } from 'node:async_hooks'
import type { Actor } from '../../contract/index.ts'
import type { Log } from './log.ts'

/** What is being done, and for whom. The ids are in every line that the log gets while it is done. */
export interface RequestContext {
  readonly requestId?: string
  readonly jobId?: string
  readonly actor?: Actor
}

/** Where this travels, so that no layer has to hand them on. Made once, by the host. */
export class ContextIds {
  readonly #storage = new AsyncLocalStorage<RequestContext>()

  run<T>(context: RequestContext, work: () => T): T {
    return this.#storage.run(context, work)
  }

  /** Undefined outside of any request: the host acts for itself. */
  get current(): RequestContext | undefined {
    return this.#storage.getStore()
  }

  /** The same log, whose lines carry the ids of what they are written in. */
  into(log: Log): Log {
    const facts = (own: object): object => {
      const context = this.#storage.getStore()
      if (context === undefined) return own
      const { actor, ...ids } = context
      return { ...ids, ...own }
    }
    return {
      debug: (own, sentence) => log.debug(facts(own), sentence),
      info: (own, sentence) => log.info(facts(own), sentence),
      warn: (own, sentence) => log.warn(facts(own), sentence),
      error: (own, sentence) => log.error(facts(own), sentence),
      child: (own) => this.into(log.child(own)),
    }
  }
}
