/** What the desktop adds to health: notifications that bring the window to the front, and secrets that only it can open. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openSecretsFile } from '../../../main/system/secrets-file.ts'
import { newFolder } from '../../helpers/files.ts'

async function start() {
  vi.resetModules()
  const electron = await import('../../helpers/electron-stand-in.ts')
  vi.doMock('electron', () => electron)
  await electron.app.whenReady()
  const { createDesktopNotify } = await import('../../../main/desktop/notify.ts')
  const { openDesktopSecrets } = await import('../../../main/desktop/secrets.ts')
  return { electron, createDesktopNotify, openDesktopSecrets }
}
let parts: Awaited<ReturnType<typeof start>>
beforeEach(async () => void (parts = await start()))

describe('a notification', () => {
  it('is shown with its words, stays while urgent, and a click is heard', () => {
    let clicks = 0
    const notify = parts.createDesktopNotify(() => void (clicks += 1))
    notify?.({ title: 'Critical: too hot', body: '99 °C', isUrgent: true })
    notify?.({ title: 'Over: too hot', body: 'It lasted 2 min.', isUrgent: false })
    const { notifications } = parts.electron.standIn
    expect(notifications.map((one) => one.options)).toEqual([
      { title: 'Critical: too hot', body: '99 °C', urgency: 'critical', timeoutType: 'never' },
      { title: 'Over: too hot', body: 'It lasted 2 min.', urgency: 'normal', timeoutType: 'default' },
    ])
    notifications[0]?.events.emit('click')
    expect(clicks).toBe(1)
  })

  it('does not pile up: the oldest is taken away', () => {
    const notify = parts.createDesktopNotify(() => {})
    const closed: number[] = []
    for (let number = 0; number < 10; number++) {
      notify?.({ title: String(number), body: '', isUrgent: true })
      const { events } = parts.electron.standIn.notifications[number] as { events: { on?: unknown } }
      ;(events as { on(name: string, run: () => void): void }).on('close', () => void closed.push(number))
    }
    expect(closed).toEqual([0, 1])
  })
})

describe('secrets of the desktop app', () => {
  it('stand in the file as nobody else can read them, and those of the terminal can be read here', () => {
    const folder = newFolder()
    openSecretsFile(folder).write('ntfy.url', 'https://ntfy.sh/rig')
    const secrets = parts.openDesktopSecrets(folder)
    secrets.write('webhook.url', 'https://example.org/T0KEN')
    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).not.toContain('T0KEN')
    expect(parts.openDesktopSecrets(folder).read('webhook.url')).toBe('https://example.org/T0KEN')
    expect(secrets.read('ntfy.url')).toBe('https://ntfy.sh/rig')
    expect(() => openSecretsFile(folder).read('webhook.url')).toThrow(/desktop app/)
  })
})
