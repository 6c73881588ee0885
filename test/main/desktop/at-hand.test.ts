/** What stands outside the window, against the Electron stand-in: tray, shortcut, staying when the window is closed. */
import { EventEmitter } from 'node:events'
import { inflateSync } from 'node:zlib'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { BrowserWindow } from 'electron'
import type { DesktopSession } from '../../../main/desktop/session.ts'
import { createLog } from '../../../main/system/log.ts'
import type { PolicyState } from '../../../shared/policy-state.ts'
import { repositoryFolder } from '../../helpers/built.ts'
import { handClock } from '../../helpers/clocks.ts'
import { createDesk, deskAt, minuteMs, override, policyState, runningState, worker, type Desk } from '../../helpers/desk.ts'
import { newFolder } from '../../helpers/files.ts'
import { freshElectron, mac, wayland, windows, x11 } from '../../helpers/fresh-electron.ts'

const log = createLog('silent', () => {})
const resourcesFolder = join(repositoryFolder, 'resources')

function fakeWindow() {
  const events = new EventEmitter()
  const window = Object.assign(events, {
    hidden: 0,
    hide: () => void (window.hidden += 1),
    /** Whether it went. */
    close() {
      let goes = true
      events.emit('close', { preventDefault: () => void (goes = false) })
      return goes
    },
  })
  return window
}

interface Told {
  title: string
  body: string
  isUrgent: boolean
}

/** Of the same modules as what is being tried. */
async function refuse(sentence: string): Promise<never> {
  const { NotPossible } = await import('../../../main/system/not-possible.ts')
  throw new NotPossible(sentence)
}

async function opened(desk: Desk = createDesk(), isShown: boolean | null = true) {
  const electron = await freshElectron()
  const { putAtHand } = await import('../../../main/desktop/at-hand.ts')
  const window = fakeWindow()
  const told: Told[] = []
  const shortcuts: PolicyState['shortcut'][] = []
  const clock = handClock(deskAt)
  const opens = vi.fn()
  const windowFolder = newFolder()
  const open = () =>
    putAtHand({
      house: { ...desk, policy: { setShortcut: (shortcut: PolicyState['shortcut']) => void shortcuts.push(shortcut) } as never },
      host: { notify: (one) => void told.push(one), resourcesFolder },
      window: window as unknown as BrowserWindow,
      windowFolder,
      openWindow: opens,
      isTrayShown: async () => isShown,
      clock,
      log,
    })
  const end = open()
  onTestFinished(end)
  const { standIn } = electron
  return { electron, standIn, desk, window, told, shortcuts, clock, opens, end, windowFolder }
}

describe('the tray', () => {
  test('is made anew only when its words change, and at most once a second', async () => {
    const { standIn, desk, clock } = await opened()
    const [tray] = standIn.trays
    expect(tray).toMatchObject({ menus: 1, tooltip: 'Idlewatt: running. Practice worker runs.' })
    const push = (over: Partial<PolicyState>): void => desk.store.change('policy', (policy) => ({ ...policy, ...over }))
    for (let no = 0; no < 30; no++) push({ madeAt: no })
    await clock.advance(5000)
    expect(tray?.menus).toBe(1)
    for (let no = 0; no < 30; no++) push({ sentence: `Sentence ${no}.` })
    await clock.advance(1000)
    expect(tray?.menus).toBeLessThanOrEqual(3)
    expect(standIn.labels()).toContain('Sentence 29.')
  })
  test('has another picture in each state', async () => {
    const { standIn, desk, clock } = await opened()
    const pictures = new Set([standIn.trays[0]?.picture.files[0]])
    for (const phase of ['stopped', 'stop-failed'] as const) {
      desk.store.change('programmes', (programmes) => ({ ...programmes, providers: [runningState({ phase })] }))
      await clock.advance(1000)
      pictures.add(standIn.trays[0]?.picture.files[0])
    }
    expect(pictures.size).toBe(3)
  })
  test('what is clicked is asked of the app, and a refusal is said', async () => {
    const { standIn, desk, told, clock, opens } = await opened(createDesk(undefined, undefined, { 'provider.stop': () => refuse('It will not end.') }))
    standIn.click('Pause until I resume')
    await vi.waitFor(() => expect(desk.asked).toEqual([['policy.override', { kind: 'pause', gpuId: null, programmeId: null }]]))
    await clock.advance(1000)
    standIn.click('Resume: paused until you resume')
    await vi.waitFor(() => expect(desk.asked.at(-1)).toEqual(['policy.resume', { id: 'o1' }]))
    standIn.click('Stop now')
    await vi.waitFor(() => expect(told).toEqual([{ title: 'That could not be done', body: 'It will not end.', isUrgent: true }]))
    standIn.click('Open Idlewatt')
    expect(opens).toHaveBeenCalledOnce()
  })
  test('"tonight" is the coming one also when the window has slept a day', async () => {
    const { standIn, desk, clock } = await opened()
    await clock.advance(24 * 60 * minuteMs)
    standIn.click('Pause until tonight')
    await vi.waitFor(() => expect(desk.asked[0]?.[1]).toMatchObject({ until: Date.UTC(2026, 10, 24, 23) }))
  })
  test('where the desktop shows none, that is said on every page, and what to do', async () => {
    const { desk } = await opened(undefined, false)
    await vi.waitFor(() => expect(desk.store.read('app').notices).toMatchObject([{ id: 'no-tray', level: 'info', sentence: expect.stringContaining('start Idlewatt again to see its window') as string }]))
    const { desk: other } = await opened(undefined, null)
    expect(other.store.read('app').notices).toEqual([])
  })
  test('a letter after & is not underlined', async () => {
    const { standIn } = await opened(createDesk(policyState({ sentence: 'Salt & Pepper runs.' })))
    expect(standIn.labels()).toContain('Salt && Pepper runs.')
  })
  test('that fails takes nothing along', async () => {
    const { standIn, desk, clock } = await opened()
    ;(standIn.trays[0]?.events as unknown as { setContextMenu(): void }).setContextMenu = () => {
      throw new Error('no such bus')
    }
    const push = (sentence: string): void => desk.store.change('policy', (policy) => ({ ...policy, sentence }))
    push('One.')
    await clock.advance(5000)
    push('Two.')
    await clock.advance(1000)
    expect(standIn.trays[0]?.tooltip).toContain('Two.')
  })
  test('ends with the app', async () => {
    const { standIn, end, desk, clock } = await opened()
    end()
    expect(standIn.trays[0]?.isDestroyed).toBe(true)
    expect(standIn.registeredKeys.size).toBe(0)
    desk.store.change('policy', (policy) => ({ ...policy, sentence: 'Later.' }))
    await clock.advance(60_000)
    expect(standIn.labels()).not.toContain('Later.')
  })

  async function drawn(session: DesktopSession, isDark = false) {
    const electron = await freshElectron()
    electron.standIn.theme.isDark = isDark
    const { openTray } = await import('../../../main/desktop/tray.ts')
    const { store } = createDesk()
    const state = () => ({ policy: store.read('policy'), programmes: store.read('programmes'), networks: store.read('networks'), health: store.read('health') })
    const clock = handClock(deskAt)
    openTray({ resourcesFolder, state, act: () => {}, clock, log, session })
    return { ...electron.standIn, tray: electron.standIn.trays[0], clock }
  }
  test.each([
    ['macOS colours it itself', mac, false, 'earning-template-16.png', true, 2],
    ['a light bar of Windows', windows, false, 'earning-light-16.png', false, 2],
    ['a dark bar of Windows', windows, true, 'earning-dark-16.png', false, 2],
    ['the bar of GNOME, always dark', { ...x11, env: { ...x11.env, XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' } }, false, 'earning-dark-32.png', false, 1],
    ['a light panel of KDE', { ...x11, env: { ...x11.env, XDG_CURRENT_DESKTOP: 'KDE' } }, false, 'earning-light-32.png', false, 1],
  ] as const)('%s', async (_what, session, isDark, file, isTemplate, files) => {
    const { tray } = await drawn(session, isDark)
    expect(tray?.picture.files[0]).toBe(join(resourcesFolder, 'tray', file))
    expect(tray?.picture).toMatchObject({ isTemplate })
    expect(tray?.picture.files).toHaveLength(files)
  })
  test('follows the theme', async () => {
    const { tray, theme, clock } = await drawn(windows)
    theme.change(true)
    await clock.advance(1000)
    expect(tray?.picture.files[0]).toContain('earning-dark-16.png')
  })
  test('its pictures are as the script draws them', async () => {
    const { pictures, dotsOf } = (await import('../../../scripts/draw-tray.js' as string)) as { pictures: { file: string; size: number }[]; dotsOf(picture: object): Buffer }
    expect(readdirSync(join(resourcesFolder, 'tray')).sort()).toEqual(pictures.map(({ file }) => file).sort())
    for (const picture of pictures) {
      const png = readFileSync(join(resourcesFolder, 'tray', picture.file))
      const rows = inflateSync(png.subarray(png.indexOf('IDAT') + 4))
      const dots = Buffer.concat(Array.from({ length: picture.size }, (_, row) => rows.subarray(row * (picture.size * 4 + 1) + 1, (row + 1) * (picture.size * 4 + 1))))
      expect(dots.equals(dotsOf(picture)), `${picture.file}: draw it again with node scripts/draw-tray.js`).toBe(true)
    }
  })
})

describe('"I need my GPU"', () => {
  const press = (standIn: Awaited<ReturnType<typeof opened>>['standIn']): void => standIn.registeredKeys.get('CommandOrControl+Alt+G')?.()

  test('pauses everything for an hour, and says what that stops', async () => {
    const { standIn, desk, told } = await opened()
    press(standIn)
    await vi.waitFor(() => expect(told).toEqual([{ title: 'Paused until 16:00', body: 'Stopping now: Practice worker.', isUrgent: false }]))
    expect(desk.asked).toEqual([['policy.override', { kind: 'pause', minutes: 60, gpuId: null, programmeId: null }]])
  })
  test('where nothing runs it says so; what is only looked at is left to the user', async () => {
    const { standIn, told } = await opened(createDesk(policyState({ notActing: 'The policy is switched off.' }), [runningState({ kind: 'observed' })]))
    press(standIn)
    await vi.waitFor(() => expect(told[0]?.body).toBe('The policy is switched off. Nothing of Idlewatt was running. Idlewatt did not start Practice worker and does not stop it: stop it by hand.'))
  })
  test('that it could not pause is said, loudly', async () => {
    const { standIn, told } = await opened(createDesk(undefined, undefined, { 'policy.override': () => refuse('The settings cannot be saved: the disk is full.') }))
    press(standIn)
    await vi.waitFor(() => expect(told).toEqual([{ title: 'Nothing was paused', body: 'The settings cannot be saved: the disk is full.', isUrgent: true }]))
  })
  test('memory that did not come free is said once; memory that did is not', async () => {
    const { standIn, desk, told, clock } = await opened()
    press(standIn)
    await vi.waitFor(() => expect(told).toHaveLength(1))
    const freed = { programmeId: worker, gpuId: 'gpu-0', at: deskAt, afterMs: null, isOver: true, sentence: 'Practice worker still has 6.1 GB of it.' }
    for (let no = 0; no < 3; no++) desk.store.change('policy', (policy) => ({ ...policy, freed: [freed, { ...freed, gpuId: 'gpu-1', afterMs: 800 }, { ...freed, gpuId: 'gpu-2', at: deskAt - minuteMs }], madeAt: no }))
    expect(told.slice(1)).toEqual([{ title: 'Memory of your GPU is still taken', body: freed.sentence, isUrgent: true }])
    await clock.advance(30_000)
    desk.store.change('policy', (policy) => ({ ...policy, freed: [{ ...freed, gpuId: 'gpu-3' }] }))
    expect(told).toHaveLength(2)
  })
  test('other keys take the place of those before; none gives them back', async () => {
    const { standIn, desk, shortcuts } = await opened()
    const change = (shortcut: string | null): void => desk.store.change('policy', (policy) => ({ ...policy, settings: { ...policy.settings, shortcut } }))
    change('Super+F9')
    expect([...standIn.registeredKeys.keys()]).toEqual(['Super+F9'])
    change(null)
    expect(standIn.registeredKeys.size).toBe(0)
    expect(shortcuts.map(({ keys, isTaken }) => [keys, isTaken])).toEqual([['CommandOrControl+Alt+G', false], ['Super+F9', false], [null, null]])
  })
  test.each([
    ['another program has', 'Alt+F4', true, 'Another program has Alt+F4 already.'],
    ['cannot be keys', 'Hurrah !', null, 'not a combination of keys'],
  ])('keys that %s are told, and nothing else breaks', async (_what, keys, isTaken, sentence) => {
    const { standIn, desk, shortcuts } = await opened()
    standIn.takenKeys.add('Alt+F4')
    desk.store.change('policy', (policy) => ({ ...policy, settings: { ...policy.settings, shortcut: keys } }))
    expect(shortcuts.at(-1)).toMatchObject({ keys, isTaken, sentence: expect.stringContaining(sentence) as string })
    desk.store.change('policy', (policy) => ({ ...policy, settings: { ...policy.settings, shortcut: 'F8' } }))
    expect(shortcuts.at(-1)).toMatchObject({ keys: 'F8', isTaken: false })
  })
  test('under Wayland the desktop\'s portal is used, and the doubt is said', async () => {
    const { standIn, app } = await freshElectron(false)
    const { allowPortalShortcuts, createShortcut } = await import('../../../main/desktop/shortcut.ts')
    standIn.switches.set('enable-features', 'Mine')
    allowPortalShortcuts(x11)
    expect(standIn.switches.get('enable-features')).toBe('Mine')
    allowPortalShortcuts(wayland)
    expect(standIn.switches.get('enable-features')).toBe('Mine,GlobalShortcutsPortal')
    await app.whenReady()
    const said: PolicyState['shortcut'][] = []
    createShortcut({ onPress: () => {}, tell: (one) => void said.push(one), log, session: wayland }).set('Super+G')
    expect(said[0]?.sentence).toContain('Wayland')
  })
})

describe('closing the window', () => {
  const armed = policyState({}, { programmes: { [worker]: { isArmed: true, may: null, priority: 0 } } })

  test.each([
    ['software that runs', policyState(), runningState()],
    ['software that is to run', armed, runningState({ phase: 'stopped' })],
  ])('with %s Idlewatt stays, and says so the first time', async (_what, policy, provider) => {
    const { window, told, windowFolder } = await opened(createDesk(policy, [provider]))
    expect(window.close()).toBe(false)
    expect(window.hidden).toBe(1)
    await vi.waitFor(() => expect(told).toEqual([{ title: 'Idlewatt goes on', body: expect.stringContaining('It looks after Practice worker.') as string, isUrgent: false }]))
    expect(window.close()).toBe(false)
    expect(window.hidden).toBe(2)
    await vi.waitFor(() => expect(readdirSync(windowFolder)).toContain('stays-in-tray.told'))
    expect(told).toHaveLength(1)
  })
  test.each([
    ['nothing to run', policyState(), runningState({ phase: 'stopped' })],
    ['the setting off', policyState({}, { staysInTray: false }), runningState()],
    ['a programme that is armed and was never set up', armed, runningState({ phase: 'not-set-up' })],
    ['software that is only looked at', policyState(), runningState({ kind: 'observed' })],
  ])('with %s it goes', async (_what, policy, provider) => {
    const { window, told } = await opened(createDesk(policy, [provider]))
    expect(window.close()).toBe(true)
    expect(window.hidden).toBe(0)
    expect(told).toEqual([])
  })
  test('where the desktop shows no tray it stays as well, and says how to get the window back', async () => {
    const { window, told } = await opened(undefined, false)
    expect(window.close()).toBe(false)
    await vi.waitFor(() => expect(told[0]?.body).toContain('start Idlewatt again'))
  })
  test('the way back is said where the desktop shows no tray', async () => {
    const { wayBack } = await import('../../../main/desktop/closing.ts')
    expect(wayBack(false)).toBe('This desktop shows no tray: start Idlewatt again to see its window.')
    expect(wayBack(true)).toContain('tray menu opens the window')
    expect(wayBack(null)).toContain('where you see no tray')
  })
})

test('a pause of one card is no pause of everything', async () => {
  const { pausedWords } = await import('../../../main/desktop/need-card.ts')
  const { store } = createDesk()
  const names = { networks: store.read('networks'), programmes: store.read('programmes') }
  const policy = policyState({}, { overrides: [override({ gpuId: 'gpu-0' }), override({ id: 'all', until: deskAt + minuteMs })] })
  expect(pausedWords(policy, [], names, deskAt)).toEqual({ title: 'Paused until 15:01', body: 'Nothing of Idlewatt was running.' })
})
