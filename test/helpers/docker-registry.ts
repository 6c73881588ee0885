/** A registry of images on this machine's loopback, with one image of one layer, that misbehaves as it is told. */
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface DockerRegistry {
  /** "127.0.0.1:4711/example/pulled:1" */
  reference: string
  layerBytes: number
  /** How the layer is given from now on. `drip`: 256 kB, then nothing more. */
  layer(how: 'whole' | 'slow' | 'swapped' | 'drip'): void
  close(): void
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json'
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export async function startRegistry(folder: string, layerMegabytes: number): Promise<DockerRegistry> {
  mkdirSync(join(folder, 'root'))
  writeFileSync(join(folder, 'root', 'bytes'), randomBytes(layerMegabytes * 1024 * 1024))
  spawnSync('tar', ['-C', join(folder, 'root'), '-cf', join(folder, 'layer.tar'), 'bytes'])
  const tar = readFileSync(join(folder, 'layer.tar'))
  const layer = gzipSync(tar, { level: 1 })
  const config = Buffer.from(JSON.stringify({ architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', os: 'linux', config: { Cmd: ['/x'] }, rootfs: { type: 'layers', diff_ids: [digestOf(tar)] }, history: [{ created: '2026-01-01T00:00:00Z' }] }))
  const manifest = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: digestOf(config) }, layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: layer.length, digest: digestOf(layer) }] }),
  )
  let how: Parameters<DockerRegistry['layer']>[0] = 'whole'

  async function giveLayer(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': layer.length })
    if (how === 'whole') return void response.end(layer)
    if (how === 'swapped') return void response.end(Buffer.alloc(layer.length, 1))
    const piece = 256 * 1024
    for (let at = 0; at < layer.length && !response.destroyed; at += piece) {
      response.write(layer.subarray(at, at + piece))
      if (how === 'drip') return
      await new Promise((done) => setTimeout(done, 40))
    }
    response.end()
  }

  const server = createServer((asked, response) => {
    const url = asked.url ?? ''
    if (url === '/v2/') return void response.writeHead(200, { 'docker-distribution-api-version': 'registry/2.0' }).end()
    if (url === '/v2/example/pulled/manifests/1' || url.endsWith(digestOf(manifest))) {
      return void response.writeHead(200, { 'content-type': manifestType, 'docker-content-digest': digestOf(manifest), 'content-length': manifest.length }).end(asked.method === 'HEAD' ? undefined : manifest)
    }
    if (url.endsWith(digestOf(config))) return void response.writeHead(200, { 'content-length': config.length }).end(config)
    if (url.endsWith(digestOf(layer))) return void giveLayer(response)
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    reference: `127.0.0.1:${(server.address() as AddressInfo).port}/example/pulled:1`,
    layerBytes: layer.length,
    layer: (next) => void (how = next),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
