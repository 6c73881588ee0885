/** Transfers from ordinary memory to the device, which the driver has to copy twice. */
import { transferWorkload } from './host-transfers.ts'

export const hostToDevicePageable = transferWorkload('to-device', 'pageable', {
  id: 'host-to-device-pageable',
  title: 'transfers to the device from ordinary memory',
  measures: 'Bytes per second from ordinary (pageable) memory to the device, as programs send them that take no care.',
})
