/**
 * The pool's own HTTP API as the page asks it, and the pool's clock.
 *
 * Paths are relative, so the page works behind a proxy that serves it below another path. Ages are counted by the pool's
 * clock, which stands in the header of every answer: the reader's may be wrong.
 */

let ahead = 0

/** The pool's time, milliseconds since 1970. */
export const now = (): number => Date.now() + ahead

/** What the path answers; a sentence of the pool, or of the browser, when there is nothing. */
export const read = async <Data>(path: string): Promise<Data> => {
  const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(10_000) })
  const date = Date.parse(answer.headers.get("date") ?? "")
  if (Number.isFinite(date)) ahead = date - Date.now()
  const { data, error } = (await answer.json()) as { readonly data: Data | null; readonly error: string | null }
  if (data === null) throw new Error(error ?? `HTTP ${answer.status}`)
  return data
}
