/** Listing OpenCL devices: where a loader is, where none is, and where there is one without drivers. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openClLibraryNames } from '../../../main/system/opencl-bindings.ts'
import { brokenRegistrations, driverNames } from '../../../main/system/opencl-driver.ts'
import { listOpenClDevices } from '../../../main/system/opencl.ts'
import type { OpenClListing } from '../../../main/system/opencl-device.ts'

const listing = listOpenClDevices()

/** The first driver that the loader's registry names; null: none. */
function registeredDriver(): string | null {
  return process.platform === 'linux' && existsSync('/etc/OpenCL/vendors') ? (driverNames()[0] ?? null) : null
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'idlewatt-opencl-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** In a process of its own: the library is loaded once per process. */
function listWith(env: Record<string, string>): OpenClListing {
  const module = new URL('../../../main/system/opencl.ts', import.meta.url).href
  const script = `import { listOpenClDevices } from ${JSON.stringify(module)}; process.stdout.write(JSON.stringify(listOpenClDevices()))`
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, ...env }, encoding: 'utf8' })
  return JSON.parse(printed) as OpenClListing
}

describe('listing OpenCL devices', () => {
  test('a library that is not there gives a sentence that names it', () => {
    const missing = path.join(folder, 'no-such-library.so')
    const answer = listWith({ IDLEWATT_OPENCL_LIBRARY: missing })
    expect(answer).toMatchObject({ ok: false })
    expect(answer.ok ? '' : answer.reason).toContain(missing)
  })

  test('a file that is no library gives a sentence', () => {
    const file = path.join(folder, 'text.so')
    writeFileSync(file, 'not a library')
    expect(listWith({ IDLEWATT_OPENCL_LIBRARY: file })).toMatchObject({ ok: false })
  })

  test.skipIf(process.platform !== 'linux')('a library that is not OpenCL gives a sentence', () => {
    const answer = listWith({ IDLEWATT_OPENCL_LIBRARY: 'libc.so.6' })
    expect(answer.ok ? '' : answer.reason).toMatch(/lacks a function/)
  })

  test('drivers are known by what is registered, and by their own names where nobody registered them', () => {
    writeFileSync(path.join(folder, 'some.icd'), '/opt/some/libdriver.so\n')
    expect(driverNames(folder)).toEqual(expect.arrayContaining(['/opt/some/libdriver.so', 'libnvidia-opencl.so.1']))
    expect(driverNames(folder)[0]).toBe('/opt/some/libdriver.so')
    rmSync(path.join(folder, 'some.icd'))
    expect(driverNames(path.join(folder, 'not-here'))).toContain('libnvidia-opencl.so.1')
  })

  test.skipIf(process.platform !== 'linux')('a registered driver that cannot be loaded is named with its file', () => {
    const file = path.join(folder, 'broken.icd')
    writeFileSync(file, 'libis-not-here.so.1\n')
    expect(brokenRegistrations(folder)).toEqual([expect.stringMatching(new RegExp(`^${file} names libis-not-here\\.so\\.1, which cannot be loaded \\(.+\\)\\.$`, 's'))])
    rmSync(file)
    expect(brokenRegistrations(folder)).toEqual([])
  })

  test('each platform has a place to look', () => {
    expect(openClLibraryNames('win32', undefined)).toEqual(['OpenCL.dll'])
    expect(openClLibraryNames('darwin', undefined)[0]).toContain('OpenCL.framework')
    expect(openClLibraryNames('linux', undefined)[0]).toBe('libOpenCL.so.1')
    expect(openClLibraryNames('linux', '/opt/mine.so')).toEqual(['/opt/mine.so'])
  })
})

describe.skipIf(!listing.ok)('with an OpenCL library on this machine (skipped: there is none)', () => {
  test.skipIf(process.platform !== 'linux')('a loader without drivers says so', () => {
    const answer = listWith({ OCL_ICD_VENDORS: folder })
    expect(answer.ok ? '' : answer.reason).toMatch(/no driver on this machine offers OpenCL/)
  })

  /** PoCL's own library, as NVIDIA's is where a container has the driver and no loader. */
  const driver = registeredDriver()
  test.skipIf(driver === null)('without the loader, a driver is asked by itself and shows the same (skipped: no driver is registered)', () => {
    const direct = listWith({ IDLEWATT_OPENCL_LIBRARY: driver ?? '' })
    const names = (of: OpenClListing): string[] => (of.ok ? of.devices.map((device) => `${device.name} ${device.type} ${device.driverVersion}`) : [])
    expect(names(direct).length).toBeGreaterThan(0)
    expect(names(listing)).toEqual(expect.arrayContaining(names(direct)))
  })

  test('every device has a name, a type and either an address or null', () => {
    const devices = listing.ok ? listing.devices : []
    expect(devices.length).toBeGreaterThan(0)
    for (const device of devices) {
      expect(device.name).not.toBe('')
      expect(device.pciAddress === null || /^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(device.pciAddress)).toBe(true)
      expect(device.memoryBytes === null || device.memoryBytes > 0).toBe(true)
      expect(device.computeUnits).toBeGreaterThan(0)
    }
  })

  test('a processor is told apart from a GPU', () => {
    const pocl = listing.ok ? listing.devices.filter((device) => device.name.startsWith('pthread')) : []
    for (const device of pocl) expect(device.type).toBe('cpu')
  })
})
