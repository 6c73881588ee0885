/** Builds what runs: main's entries and workers, the preload, and the page. `npm run build` writes to out/. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      externalizeDeps: true,
      rollupOptions: {
        input: {
          desktop: 'main/desktop/index.ts',
          idlewatt: 'main/command-line/index.ts',
          'probe-worker': 'main/gpu/probe-worker.ts',
          'bench-worker': 'main/benchmark/bench-worker.ts',
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload can neither import nor be an ES module.
      externalizeDeps: false,
      rollupOptions: {
        input: { preload: 'main/desktop/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      minify: true,
      // Small files would otherwise become data: addresses, which the page's policy refuses for scripts and fonts.
      assetsInlineLimit: 0,
      rollupOptions: { input: 'renderer/index.html' },
    },
  },
})
