/** Names of programs as systems list them, and which of them every desktop draws with all day. Pure. */

/** Compositors, shells, their helpers, and Idlewatt's own window. */
const desktop =
  /^(xorg|xwayland|x|gnome-shell|kwin(_x11|_wayland)?|plasmashell|mutter|sway|hyprland|weston|compiz|cinnamon|xfwm4|dwm|explorer|csrss|winlogon|searchhost|startmenuexperiencehost|shellexperiencehost|textinputhost|lockapp|applicationframehost|systemsettings|windowserver|idlewatt|electron)$/i

/**
 * They start games and are none: their windows are drawn by the card, and are open all day. Names as their makers ship them
 * (Steam, Epic Games, GOG Galaxy, EA app, Ubisoft Connect, Battle.net, Riot), 2026-11.
 */
const launchers =
  /^(steam|steamwebhelper|epicgameslauncher|epicwebhelper|galaxyclient|galaxyclient helper|eadesktop|eabackgroundservice|upc|uplaywebcore|battle\.net|riotclientservices|riotclientux(render)?)$/i

/** "C:\Games\eldenring.exe" and "/usr/bin/foo --bar" are told by their last part. */
export function shortName(name: string): string {
  const path = /^(?:[A-Za-z]:\\|\\\\)/.test(name) ? name : (name.split(/\s+-/)[0] as string)
  return path.split(/[\\/]/).pop()?.trim() || name
}

/** For comparing: without path, case and `.exe`. */
export function plainName(name: string): string {
  return shortName(name).toLowerCase().replace(/\.exe$/, '')
}

export function isDesktopProgram(name: string): boolean {
  return desktop.test(plainName(name))
}

export function isLauncher(name: string): boolean {
  return launchers.test(plainName(name))
}
