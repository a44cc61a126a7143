import { Component, type ReactNode } from 'react'

interface Props {
  /** Changing it clears the error: another page was opened. */
  readonly place: string
  readonly fallback: (error: unknown) => ReactNode
  readonly children: ReactNode
}

/** Keeps a page that fails from taking the frame with it. */
export class PageBoundary extends Component<Props, { error: unknown; place: string }> {
  override state = { error: undefined as unknown, place: this.props.place }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  static getDerivedStateFromProps(props: Props, state: { place: string }) {
    return props.place === state.place ? null : { error: undefined, place: props.place }
  }

  override render() {
    return this.state.error === undefined ? this.props.children : this.props.fallback(this.state.error)
  }
}
