/** Serves the built page at app://idlewatt, with the same headers as the headless door. Nothing else is at that address. */
import { protocol, type Session } from 'electron'
import { openPageFiles } from '../system/page-files.ts'
import { securityHeaders } from '../system/page-policy.ts'
import { pageOrigin, pageScheme } from './page-address.ts'

/** Must be called before Electron is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }])
}

export function servePage(session: Session, rendererFolder: string): void {
  const page = openPageFiles(rendererFolder)
  session.protocol.handle(pageScheme, async (request) => {
    const { host, pathname } = new URL(request.url)
    if (`${pageScheme}://${host}` !== pageOrigin) return refuse(404, 'There is no such page here.')
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Pages can only be read.')
    if (!page.isBuilt()) return refuse(503, 'The page of Idlewatt has not been built yet. Run "npm run build", then start again.')
    const file = page.find(pathname)
    if (!file) return refuse(404, 'There is no such page here.')
    return new Response(await file.read(), { headers: { ...securityHeaders, 'Content-Type': file.contentType } })
  })
}

function refuse(status: number, sentence: string): Response {
  return new Response(`${sentence}\n`, { status, headers: { ...securityHeaders, 'Content-Type': 'text/plain; charset=utf-8' } })
}
