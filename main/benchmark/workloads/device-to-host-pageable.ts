/** Transfers from the device to ordinary memory, which the driver has to copy twice. */
import { transferWorkload } from './host-transfers.ts'

export const deviceToHostPageable = transferWorkload('to-host', 'pageable', {
  id: 'device-to-host-pageable',
  title: 'transfers from the device to ordinary memory',
  measures: 'Bytes per second from the device to ordinary (pageable) memory, as programs fetch them that take no care.',
})
