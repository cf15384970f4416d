import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Where `make up` runs, for `pnpm dev` alone. */
const platform = process.env.ALTA_URL ?? 'http://localhost:8080'

/** The gateway hands these out instead of packing the same file for every caller. */
const packedBeside: Plugin = {
  name: 'packed-beside',
  apply: 'build',
  enforce: 'post',
  async generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (!/\.(js|css|svg|html|json)$/.test(file.fileName)) continue
      const source = file.type === 'chunk' ? file.code : file.source
      const [brotli, zipped] = await Promise.all([promisify(brotliCompress)(source), promisify(gzip)(source)])
      this.emitFile({ type: 'asset', fileName: `${file.fileName}.br`, source: brotli })
      this.emitFile({ type: 'asset', fileName: `${file.fileName}.gz`, source: zipped })
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
