/** One OpenCL device as the driver describes it. What detection merges and the measuring worker addresses. */
export interface OpenClDevice {
  /** Position among the platforms and among that platform's devices, at the time of the listing. */
  platform: number
  device: number
  platformName: string
  platformVendor: string
  name: string
  vendor: string
  type: 'gpu' | 'cpu' | 'accelerator' | 'other'
  version: string
  driverVersion: string | null
  memoryBytes: number | null
  computeUnits: number | null
  maxClockMhz: number | null
  /** `0000:01:00.0`; from cl_khr_pci_bus_info, cl_nv_device_attribute_query or cl_amd_device_attribute_query. */
  pciAddress: string | null
  /** From cl_khr_device_uuid, as lower-case hex without dashes. */
  uuid: string | null
  /** Host and device share memory: an integrated GPU or a processor. */
  unifiedMemory: boolean | null
}

export type OpenClListing = { ok: true; devices: OpenClDevice[] } | { ok: false; reason: string }
