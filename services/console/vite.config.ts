import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Where `make up` runs, for `pnpm dev` alone. */
const platform = process.env.ALTA_URL ?? 'http://localhost:8080'

/**
 * The gateway hands these out instead of packing the same file for every caller. Made of what was written: Vite changes
 * code until then.
 */
const packedBeside: Plugin = {
  name: 'packed-beside',
  apply: 'build',
  async writeBundle({ dir = '' }, bundle) {
    for (const fileName of Object.keys(bundle)) {
      if (!/\.(js|css|svg|html)$/.test(fileName)) continue
      const path = join(dir, fileName)
      const source = await readFile(path)
      const [brotli, zipped] = await Promise.all([promisify(brotliCompress)(source), promisify(gzip)(source)])
      await Promise.all([writeFile(`${path}.br`, brotli), writeFile(`${path}.gz`, zipped)])
    }
  },
}

export default defineConfig({
  base: '/console/',
  plugins: [react(), packedBeside],
  build: {
    target: 'es2024',
    // The policy of the page allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: 'build-manifest.json',
  },
  server: {
    proxy: { '/api': { target: platform, ws: true }, '/docs': platform, '/openapi.json': platform },
  },
})
