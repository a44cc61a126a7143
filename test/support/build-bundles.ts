// These tests run on what would be shipped: the bundles are built when a source is newer than they are.
export default async function buildBundles(): Promise<void> {
  const project = new URL('../../build/lib/project.mjs', import.meta.url).href
  const { buildIfStale } = (await import(project)) as { buildIfStale(): Promise<void> }
  await buildIfStale()
}
