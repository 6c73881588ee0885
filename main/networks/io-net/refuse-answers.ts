/** Refuses what is typed for a device where it cannot be right. Pure; what was typed is never repeated. */

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** null: taken. */
export function refuseDeviceAnswer(field: string, value: string): string | null {
  if (field === 'device_id') return refuseDeviceId(value)
  if (field === 'device_name') return refuseDeviceName(value)
  return null
}

function refuseDeviceId(value: string): string | null {
  if (uuid.test(value)) return null
  if (/--\w+/.test(value)) return 'That is the whole command. Enter only the id that stands in it after --device_id=, and leave out the rest, above all a token.'
  return 'A device id looks like 01234567-89ab-cdef-0123-456789abcdef. Copy it from the command that io.net’s website shows after "Connect New Worker".'
}

function refuseDeviceName(value: string): string | null {
  if (uuid.test(value)) return 'That looks like the device’s id. Enter the name that you gave it on io.net’s website.'
  // A word that begins with a dash would be read as an option.
  return /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/.test(value) ? null : 'Enter the name exactly as you gave it on io.net’s website: letters, figures, blanks, dots and dashes, 63 at most, beginning with a letter or a figure.'
}
