import { Page } from '../../ui/page.tsx'

export default function DataPage() {
  return <Page title="Data">{null}</Page>
}
