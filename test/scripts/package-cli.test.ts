/** The bundle for rigs, made as `npm run package:cli` makes it, unpacked and run where nothing is installed. */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tarGzOf, zipOf } from '../../scripts/lib/archive.js'
import { launcherFor } from '../../scripts/lib/launcher.js'
import { listOpenClDevices } from '../../main/system/opencl.ts'
import { ensureBuilt, repositoryFolder } from '../helpers/built.ts'
import { heedsReadOnly, newFolder } from '../helpers/files.ts'

const entries = ['b/two.txt', 'a/one.txt', `a/${'long'.repeat(20)}/${'name'.repeat(20)}.txt`, 'run'].map((name) => ({ name, content: Buffer.from(`this is ${name}\n`.repeat(50)), isProgram: name === 'run' }))
const has = (program: string, ...words: string[]): boolean => spawnSync(program, words).error === undefined

describe('an archive', () => {
  test('is the same, byte for byte, in whatever order its files come', () => {
    for (const write of [tarGzOf, zipOf]) expect(write(entries).equals(write([...entries].reverse()))).toBe(true)
  })

  test.skipIf(!has('tar', '--version'))('is read by tar (skipped where there is none)', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'one.tar.gz'), tarGzOf(entries))
    expect(spawnSync('tar', ['-xzf', 'one.tar.gz'], { cwd: folder, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
    for (const { name, content } of entries) expect(readFileSync(join(folder, name)).equals(content), name).toBe(true)
    expect(statSync(join(folder, 'run')).mode & 0o111).not.toBe(0)
    expect(statSync(join(folder, 'a', 'one.txt')).mode & 0o111).toBe(0)
  })

  test.skipIf(!has('python3', '--version'))('as a zip is read by Python (skipped where there is none)', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'one.zip'), zipOf(entries))
    expect(spawnSync('python3', ['-m', 'zipfile', '-e', 'one.zip', folder], { cwd: folder, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
    for (const { name, content } of entries) expect(readFileSync(join(folder, name)).equals(content), name).toBe(true)
  })
})

test('on Windows a .cmd starts it, from its own folder and with all words', () => {
  const [launcher] = launcherFor('win32', 'x64')
  expect(launcher?.name).toBe('idlewatt.cmd')
  expect(launcher?.content).toMatch(/"%~dp0bin\\node\.exe" "%~dp0app\\out\\main\\idlewatt\.js" %\*\r\n/)
})

const opencl = listOpenClDevices()
const canMeasure = opencl.ok && opencl.devices.length > 0

describe.skipIf(process.platform === 'win32')('the bundle (skipped on Windows)', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'idlewatt-package-'))
  let archive = ''
  let bundle = ''
  /** A PATH with no Node in it: PoCL alone wants a linker. */
  const path = join(scratch, 'path')

  beforeAll(async () => {
    await ensureBuilt()
    const { stdout } = await promisify(execFile)(process.execPath, [join(repositoryFolder, 'scripts', 'package-cli.js'), '--out', join(scratch, 'dist')])
    archive = stdout.trim()
    spawnSync('tar', ['-xzf', archive, '-C', scratch])
    bundle = join(scratch, basename(archive).replace('.tar.gz', ''))
    mkdirSync(path)
    for (const program of ['/usr/bin/ld', '/bin/ld']) if (existsSync(program) && !existsSync(join(path, 'ld'))) symlinkSync(program, join(path, 'ld'))
  }, 120_000)
  afterAll(() => {
    spawnSync('chmod', ['-R', 'u+w', scratch])
    rmSync(scratch, { recursive: true, force: true })
  })

  interface Answer {
    exitCode: number | null
    stdout: string
    stderr: string
  }
  function call(words: string[], options: { program?: string; cwd?: string; before?: string[] } = {}): Promise<Answer> {
    const [first = '', ...rest] = [...(options.before ?? []), options.program ?? join(bundle, 'idlewatt'), ...words]
    return new Promise((resolve, reject) => {
      execFile(first, rest, { cwd: options.cwd ?? tmpdir(), env: { PATH: path, HOME: join(scratch, 'home') }, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
        if (typeof error?.code === 'string') reject(error)
        else resolve({ exitCode: error ? (error.code ?? null) : 0, stdout, stderr })
      })
    })
  }

  test('is under 60 MB, one folder, with its checksum and every licence', () => {
    expect(statSync(archive).size).toBeLessThan(60e6)
    const [sum, name] = readFileSync(`${archive}.sha256`, 'utf8').trim().split('  ')
    expect(sum).toBe(createHash('sha256').update(readFileSync(archive)).digest('hex'))
    expect(name).toBe(basename(archive))
    expect(readdirSync(bundle).sort()).toEqual(['LICENSE', 'README.txt', 'THIRD-PARTY.txt', 'app', 'bin', 'idlewatt'])
    const licences = readFileSync(join(bundle, 'THIRD-PARTY.txt'), 'utf8')
    for (const wanted of ['Node.js', 'koffi ', 'zod ', 'commander ', 'react ', 'uplot ']) expect(licences).toContain(wanted)
    const packages = readdirSync(join(bundle, 'app', 'node_modules'))
    for (const unwanted of ['electron', 'vite', 'vitest', 'typescript', 'node']) expect(packages).not.toContain(unwanted)
    expect(readdirSync(join(bundle, 'app', 'resources', 'kernels')).length).toBeGreaterThan(2)
  })

  test('runs from any folder, through links, and with a name that has a space', async () => {
    const folder = join(scratch, 'my links')
    mkdirSync(folder)
    symlinkSync(join('..', basename(bundle), 'idlewatt'), join(folder, 'first'))
    symlinkSync('first', join(folder, 'second'))
    const { version } = JSON.parse(readFileSync(join(repositoryFolder, 'package.json'), 'utf8')) as { version: string }
    expect(await call(['--version'], { program: './second', cwd: folder })).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
    expect((await call(['bench', '--mode', 'nonsense'])).exitCode).toBe(2)
  })

  test('finds and estimates with nothing installed, and writes only where it is told to', { timeout: 30_000 }, async () => {
    const before = readdirSync(bundle, { recursive: true }).length
    const data = join(scratch, 'data')
    const machine = join(repositoryFolder, 'test', 'machines', 'rtx-3050')
    const found = await call(['detect', '--json', '--machine', machine, '--data', data])
    expect((JSON.parse(found.stdout) as { gpus: unknown[] }).gpus).toHaveLength(1)
    const live = await call(['detect', '--json', '--data', data])
    expect(Array.isArray((JSON.parse(live.stdout) as { gpus: unknown[] }).gpus), live.stderr).toBe(true)
    const estimated = await call(['estimate', '--gpu-model', 'RTX 4090', '--json', '--data', data])
    expect((JSON.parse(estimated.stdout) as { estimates: unknown[] }).estimates.length).toBeGreaterThan(3)
    expect(readdirSync(bundle, { recursive: true })).toHaveLength(before)
  })

  test('its doctor knows what it is: no word of npm', { timeout: 30_000 }, async () => {
    const { stdout } = await call(['doctor', '--data', join(scratch, 'data')])
    expect(stdout).toMatch(/Built page\s+built/)
    expect(stdout).toContain('This bundle has no window of its own.')
    expect(stdout).not.toContain('npm')
  })

  test.skipIf(!canMeasure)('measures, and stdout is one document (skipped without an OpenCL device)', { timeout: 60_000 }, async () => {
    const { stdout, stderr } = await call(['bench', '--json', '--workload', 'fp32-compute', '--data', join(scratch, 'data')])
    const result = JSON.parse(stdout) as { results: { workload: string; value: number | null }[] }
    expect(result.results.map((one) => one.workload)).toEqual(['fp32-compute'])
    expect(result.results[0]?.value, stderr).toBeGreaterThan(0.1)
  })

  test('serves its page', { timeout: 30_000 }, async () => {
    const child = spawn(join(bundle, 'idlewatt'), ['serve', '--no-open', '--data', join(scratch, 'served')], { env: { PATH: path }, stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let text = ''
        child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
          const found = /(http:\/\/127\.0\.0\.1:\d+\/)#/.exec(text)?.[1]
          if (found !== undefined) resolve(found)
        })
        child.once('exit', (code) => reject(new Error(`it ended with ${code}`)))
      })
      const page = await fetch(url)
      expect(page.status).toBe(200)
      expect(await page.text()).toContain('<html')
    } finally {
      child.kill('SIGTERM')
    }
  })

  test.skipIf(heedsReadOnly === null)('runs from media that cannot be written (skipped where that cannot be made)', { timeout: 30_000 }, async () => {
    spawnSync('chmod', ['-R', 'a-w', bundle])
    const { exitCode, stderr } = await call(['estimate', '--gpu-model', 'RTX 4090', '--json', '--data', join(scratch, 'elsewhere')], { before: (heedsReadOnly ?? []).map((word, index) => (index === 0 ? `/usr/bin/${word}` : word)) })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  test('a broken unpacking is said in a sentence', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'idlewatt'), readFileSync(join(bundle, 'idlewatt')))
    chmodSync(join(folder, 'idlewatt'), 0o755)
    const { exitCode, stderr } = await call([], { program: join(folder, 'idlewatt') })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`${folder}/bin/node is missing`)
  })
})
