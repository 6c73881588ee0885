/** Where the window's page lives: a scheme of our own instead of file://, so that it has an origin and headers. */

export const pageScheme = 'app'
export const pageOrigin = `${pageScheme}://idlewatt`
export const pageAddress = `${pageOrigin}/index.html`

/** Whether an address is the page itself; fragments are the page's own affair. */
export function isPageAddress(url: string): boolean {
  return /^app:\/\/idlewatt\/(index\.html)?(#.*)?$/s.test(url)
}
