import type { TreeNode } from './value-tree.ts'

type ReadChildren = (id: number, from: number, count: number) => Promise<readonly TreeNode[]>

/** One line as it is shown. `more`: children that are not read yet; seeing the line reads them. */
export type ValueLine =
  | { readonly kind: 'node'; readonly id: string; readonly depth: number; readonly node: TreeNode; readonly isOpen: boolean }
  | { readonly kind: 'more'; readonly id: string; readonly depth: number; readonly parent: TreeNode; readonly from: number }

const pageNodes = 200
/** So many lines are open at first, so that a small value is seen at once. */
const openedLines = 60

/** The lines of a decoded value as a screen needs them. It knows nothing of React. */
export class ValueTreeModel {
  readonly #read: ReadChildren
  readonly #root: TreeNode
  readonly #listeners = new Set<() => void>()
  readonly #children = new Map<number, readonly TreeNode[]>()
  readonly #open = new Set<number>()
  readonly #reading = new Set<number>()
  #lines: readonly ValueLine[] = []

  constructor(root: TreeNode, read: ReadChildren) {
    this.#root = root
    this.#read = read
    this.#draw()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  readonly snapshot = (): readonly ValueLine[] => this.#lines

  /** Opens what comes first, one level after the other, while that has few lines. */
  async openFirst(): Promise<void> {
    let level: readonly TreeNode[] = [this.#root]
    while (level.length > 0) {
      const next: TreeNode[] = []
      for (const node of level) {
        if (!node.isOpenable || (node !== this.#root && this.#lines.length + node.size > openedLines)) continue
        await this.open(node)
        next.push(...(this.#children.get(node.id) ?? []))
      }
      level = next
    }
  }

  async open(node: TreeNode): Promise<void> {
    if (!node.isOpenable) return
    this.#open.add(node.id)
    if (this.#children.has(node.id)) this.#draw()
    else await this.readMore(node)
  }

  close(node: TreeNode): void {
    this.#open.delete(node.id)
    this.#draw()
  }

  async readMore(node: TreeNode): Promise<void> {
    if (this.#reading.has(node.id)) return
    this.#reading.add(node.id)
    try {
      const known = this.#children.get(node.id) ?? []
      this.#children.set(node.id, [...known, ...(await this.#read(node.id, known.length, pageNodes))])
    } finally {
      this.#reading.delete(node.id)
      this.#draw()
    }
  }

  #draw(): void {
    const lines: ValueLine[] = []
    const add = (node: TreeNode, depth: number): void => {
      const isOpen = this.#open.has(node.id)
      lines.push({ kind: 'node', id: String(node.id), depth, node, isOpen })
      if (!isOpen) return
      const children = this.#children.get(node.id) ?? []
      for (const child of children) add(child, depth + 1)
      if (children.length < node.size)
        lines.push({ kind: 'more', id: `${node.id}+`, depth: depth + 1, parent: node, from: children.length })
    }
    add(this.#root, 0)
    this.#lines = lines
    for (const tell of [...this.#listeners]) tell()
  }
}
