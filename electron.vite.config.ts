import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

// The command line, the client and the worker entries are built with the main process: they share its chunks.
const main = {
  build: {
    outDir: 'out',
    externalizeDeps: { exclude: ['zod'] },
    target: 'node22.15',
    rollupOptions: {
      input: {
        'main/index': 'src/main/index.ts',
        'main/serve': 'src/main/serve.ts',
        'main/backup-worker': 'src/main/backup/backup-worker.ts',
        'main/pack-worker': 'src/main/persistence/pack-worker.ts',
        'main/read-worker': 'src/main/storage/reading/read-worker.ts',
        'cli/holdfast': 'src/cli/holdfast.ts',
        'client/index': 'src/client/index.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: 'main/chunks/[name]-[hash].js' },
    },
  },
}

// A sandboxed preload must be one CommonJS file.
const preload = {
  build: {
    outDir: 'out/preload',
    externalizeDeps: false,
    rollupOptions: { input: 'src/preload/index.ts', output: { format: 'cjs' as const, entryFileNames: '[name].cjs' } },
  },
}

/** The chunk of a page is called after its feature. */
const chunkName = ({ facadeModuleId }: { facadeModuleId: string | null }) =>
  `assets/${/features\/([\w-]+)\/page\.tsx$/.exec(facadeModuleId ?? '')?.[1] ?? '[name]'}-[hash].js`

const renderer = {
  root: 'src/renderer',
  plugins: [react()],
  // No asset as a data: address, which the content policy refuses for fonts.
  build: {
    outDir: 'out/renderer',
    minify: true,
    assetsInlineLimit: 0,
    rollupOptions: { input: 'src/renderer/index.html', output: { chunkFileNames: chunkName } },
  },
}

export default defineConfig({ main, preload, renderer })
