/** `node scripts/build-ptx.js`: compiles resources/kernels/cuda anew. `--check`: compares only, and assembles every file for every card it is for. Needs nvcc and ptxas; without them it says so and does nothing. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './lib/paths.js'
import { run } from './lib/run.js'

const folder = join(root, 'resources', 'kernels', 'cuda')
const later = ['sm_86', 'sm_89', 'sm_90', 'sm_100', 'sm_103', 'sm_120', 'sm_121']

/**
 * `arch`: what nvcc compiles for; `version` and `target`: what the file then says of itself, as low as its instructions allow,
 * so that older drivers take it; ptxas refuses a file whose instructions need more. nvcc 13 knows nothing older than Turing,
 * and cannot assemble for it: the Volta file is compiled for Turing and marked for Volta.
 */
export const files = [
  { file: 'tensor-fp16.sm_70.ptx', source: 'tensor-mma.cu', kind: 6, arch: 'compute_75', version: '6.3', target: 'sm_70', assembleFor: ['sm_75'] },
  { file: 'tensor-fp16.sm_75.ptx', source: 'tensor-mma.cu', kind: 4, arch: 'compute_75', version: '6.5', target: 'sm_75', assembleFor: ['sm_75'] },
  { file: 'tensor-int8.sm_75.ptx', source: 'tensor-mma.cu', kind: 5, arch: 'compute_75', version: '6.5', target: 'sm_75', assembleFor: ['sm_75'] },
  { file: 'tensor-fp16.sm_80.ptx', source: 'tensor-mma.cu', kind: 1, arch: 'compute_80', version: '7.0', target: 'sm_80', assembleFor: ['sm_80', ...later] },
  { file: 'tensor-bf16.sm_80.ptx', source: 'tensor-mma.cu', kind: 2, arch: 'compute_80', version: '7.0', target: 'sm_80', assembleFor: ['sm_80', ...later] },
  { file: 'tensor-int8.sm_80.ptx', source: 'tensor-mma.cu', kind: 3, arch: 'compute_80', version: '7.0', target: 'sm_80', assembleFor: ['sm_80', ...later] },
  { file: 'tensor-fp16.sm_90a.ptx', source: 'tensor-wgmma.cu', kind: 1, arch: 'compute_90a', version: '8.0', target: 'sm_90a', assembleFor: ['sm_90a'] },
  { file: 'tensor-bf16.sm_90a.ptx', source: 'tensor-wgmma.cu', kind: 2, arch: 'compute_90a', version: '8.0', target: 'sm_90a', assembleFor: ['sm_90a'] },
  { file: 'tensor-int8.sm_90a.ptx', source: 'tensor-wgmma.cu', kind: 3, arch: 'compute_90a', version: '8.0', target: 'sm_90a', assembleFor: ['sm_90a'] },
]

/** The text that the file should hold. Throws with the compiler's words. */
async function compiled({ file, source, kind, arch, version, target }, into) {
  const made = join(into, file)
  const { exitCode, output } = await run('nvcc', ['-ptx', '-O3', `-DKIND=${kind}`, `-gencode=arch=${arch},code=${arch}`, '-o', made, join(folder, source)], { stdio: 'quiet' })
  if (exitCode !== 0) throw new Error(`${file}: nvcc failed\n${output}`)
  return readFileSync(made, 'utf8')
    .replaceAll('\r\n', '\n')
    .replace(/^\.version .*$/m, `.version ${version}`)
    .replace(/^\.target .*$/m, `.target ${target}`)
}

/** What ptxas says of registers and spills. Throws where it refuses the file. */
async function assembled(file, arch, into) {
  const { exitCode, output } = await run('ptxas', ['-v', `-arch=${arch}`, '-o', join(into, 'out.cubin'), file], { stdio: 'quiet' })
  if (exitCode !== 0) throw new Error(`${file}: ptxas refuses it for ${arch}\n${output}`)
  const warning = /warning.*|C75\d\d.*/.exec(output)
  return { registers: Number(/Used (\d+) registers/.exec(output)?.[1]), spilledBytes: Number(/(\d+) bytes spill stores/.exec(output)?.[1]), warning: warning ? warning[0] : null }
}

async function main(checkOnly) {
  const nvcc = await run('nvcc', ['--version'], { stdio: 'quiet' })
  if (nvcc.exitCode !== 0) {
    process.stdout.write('build-ptx: nvcc is not installed here; the committed PTX is used as it is\n')
    return 0
  }
  process.stdout.write(`${/release [\d.]+, V[\d.]+/.exec(nvcc.output)?.[0] ?? 'nvcc'}\n`)
  const into = mkdtempSync(join(tmpdir(), 'idlewatt-ptx-'))
  let stale = 0
  try {
    for (const one of files) {
      const path = join(folder, one.file)
      const text = await compiled(one, into)
      if (!checkOnly) writeFileSync(path, text)
      else if (readFileSync(path, 'utf8').replaceAll('\r\n', '\n') !== text) {
        stale += 1
        process.stdout.write(`${one.file}: differs from what its source gives\n`)
        continue
      }
      for (const arch of one.assembleFor) {
        const { registers, spilledBytes, warning } = await assembled(path, arch, into)
        process.stdout.write(`${one.file} for ${arch}: ${registers} registers, ${spilledBytes} bytes spilled${warning ? `, ${warning}` : ''}\n`)
      }
    }
  } finally {
    rmSync(into, { recursive: true, force: true })
  }
  return stale === 0 ? 0 : 1
}

if (process.argv[1] && /build-ptx\.js$/.test(process.argv[1])) {
  try {
    process.exit(await main(process.argv.includes('--check')))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}
