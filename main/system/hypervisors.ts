/** Which maker of virtual machines a system's own nameplate (DMI) stands for. Pure. Words as systemd-detect-virt knows them. */

/** The words of a nameplate, as far as they are known: maker and product of system, board, BIOS and case. */
export interface Nameplate {
  systemMaker: string | null
  product: string | null
  boardMaker: string | null
  biosMaker: string | null
  /** Clouds sign here. */
  assetTag: string | null
}

const azureTag = '7783-7084-3265-9085-8269-3286-77'

/** null: it is no virtual machine's. Bare-metal hosts of clouds carry the cloud's name and are none. */
export function hypervisorOf(plate: Nameplate): string | null {
  const { product, assetTag } = plate
  const maker = plate.systemMaker ?? ''
  const words = [maker, product, plate.boardMaker, plate.biosMaker].filter((word) => word !== null).join('\n')
  if (/amazon ec2/i.test(words)) return /\.metal/i.test(product ?? '') ? null : 'Amazon EC2'
  if (/google compute engine/i.test(words)) return 'Google Compute Engine'
  if (assetTag === azureTag) return 'Hyper-V (Azure)'
  if (/microsoft/i.test(maker) && /virtual machine/i.test(product ?? '')) return 'Hyper-V'
  if (/kubevirt/i.test(words)) return 'KubeVirt (KVM)'
  if (/openstack/i.test(words)) return 'OpenStack (KVM)'
  if (/alibaba cloud/i.test(words)) return /ebm|metal/i.test(product ?? '') ? null : 'Alibaba Cloud'
  if (/digitalocean/i.test(words)) return 'DigitalOcean (KVM)'
  if (/hetzner/i.test(words)) return /vserver/i.test(product ?? '') ? 'Hetzner Cloud (KVM)' : null
  if (/vmware/i.test(words)) return 'VMware'
  if (/innotek|virtualbox/i.test(words)) return 'VirtualBox'
  if (/parallels/i.test(words)) return 'Parallels'
  if (/nutanix/i.test(maker) && /ahv/i.test(words)) return 'Nutanix AHV'
  if (/apple virtualization|virtualmac/i.test(words)) return 'Apple Virtualization'
  if (/bhyve/i.test(words)) return 'bhyve'
  if (/\bcloud hypervisor\b/i.test(words)) return 'Cloud Hypervisor'
  if (/crosvm/i.test(words)) return 'crosvm'
  if (/\bxen\b|hvm domu/i.test(words)) return 'Xen'
  if (/\bkvm\b|rhev|ovirt/i.test(words)) return 'KVM'
  if (/oraclecloud/i.test(assetTag ?? '') && /qemu|kvm|standard pc/i.test(words)) return 'Oracle Cloud (KVM)'
  if (/qemu|standard pc \(/i.test(words)) return 'QEMU'
  return /bochs/i.test(words) ? 'Bochs' : null
}

/**
 * Kinds of cases by DMTF's number (SMBIOS 3.7, table 17): portable, laptop, notebook, sub-notebook, tablet, convertible,
 * detachable. null: the number says nothing ("other", "unknown", none).
 */
export function isLaptopCase(chassisType: number | null): boolean | null {
  if (chassisType === null || !Number.isInteger(chassisType) || chassisType < 3 || chassisType > 36) return null
  return [8, 9, 10, 14, 30, 31, 32].includes(chassisType)
}
